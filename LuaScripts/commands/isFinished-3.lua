-- Whether a job has finished, and with what.
--
-- KEYS: 1 completed, 2 failed, 3 job
-- ARGV: 1 id, 2 `1` to return the result too
-- Returns 0 not finished, 1 completed, 2 failed, -1 job missing; with the result {code, result} ({0} if not finished).
local rcall = redis.call
local withResult = ARGV[2] == '1'
local code, field = 0, nil

if rcall('EXISTS', KEYS[3]) == 0 then
  return withResult and {-1, 'Missing key for job ' .. KEYS[3] .. '. isFinished'} or -1
elseif rcall('ZSCORE', KEYS[1], ARGV[1]) then
  code, field = 1, 'returnvalue'
elseif rcall('ZSCORE', KEYS[2], ARGV[1]) then
  code, field = 2, 'failedReason'
end
if not withResult then
  return code
end
if not field then
  return {code}
end
return {code, rcall('HGET', KEYS[3], field)}

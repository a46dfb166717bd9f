-- Whether a job has finished, and with what.
--
-- KEYS: 1 completed, 2 failed, 3 job
-- ARGV: 1 id, 2 `1` to return the result too
-- Returns 0 not finished, 1 completed, 2 failed, -1 job missing; with the result {code, result} ({0} if not finished).
local rcall, jobKey = redis.call, KEYS[3]
if rcall('EXISTS', jobKey) == 0 then
  return ARGV[2] == '1' and {-1, 'Missing key for job ' .. jobKey .. '. isFinished'} or -1
end

local code, field
if rcall('ZSCORE', KEYS[1], ARGV[1]) then
  code, field = 1, 'returnvalue'
elseif rcall('ZSCORE', KEYS[2], ARGV[1]) then
  code, field = 2, 'failedReason'
else
  return ARGV[2] == '1' and {0} or 0
end
if ARGV[2] == '1' then
  local result = rcall('HGET', jobKey, field)
  return {code, result}
end
return code

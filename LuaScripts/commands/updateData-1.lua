-- Replace the data of a job.
--
-- KEYS: 1 job
-- ARGV: 1 data (JSON)
-- Returns 0, -1 job missing.
local rcall, jobKey = redis.call, KEYS[1]
if rcall('EXISTS', jobKey) == 0 then
  return -1
end
rcall('HSET', jobKey, 'data', ARGV[1])
return 0

-- Replace the data of a job.
--
-- KEYS: 1 job
-- ARGV: 1 data (JSON)
-- Returns 0, -1 job missing.
local rcall = redis.call
if rcall('EXISTS', KEYS[1]) == 0 then
  return -1
end
rcall('HSET', KEYS[1], 'data', ARGV[1])
return 0

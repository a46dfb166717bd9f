-- Store how a job failed.
--
-- KEYS: 1 job
-- ARGV: 1 stack trace (JSON array), 2 failure
-- Returns 0, -1 job missing.
local rcall = redis.call
if rcall('EXISTS', KEYS[1]) == 0 then
  return -1
end
rcall('HSET', KEYS[1], 'stacktrace', ARGV[1], 'failedReason', ARGV[2])
return 0

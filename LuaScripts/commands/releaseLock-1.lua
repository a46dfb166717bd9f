-- Give up the lock of a job.
--
-- KEYS: 1 lock
-- ARGV: 1 token, 2 duration (unused)
-- Returns 1, or 0 if the lock is gone or held by another token.
local rcall, lockKey = redis.call, KEYS[1]
if rcall('GET', lockKey) ~= ARGV[1] then
  return 0
end
return rcall('DEL', lockKey)

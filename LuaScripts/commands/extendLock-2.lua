-- Renew the lock of a job.
--
-- KEYS: 1 lock, 2 stalled
-- ARGV: 1 token, 2 duration (ms), 3 id
-- Returns 1, or 0 if the lock is gone or held by another token.
local rcall = redis.call
if rcall('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
rcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
rcall('SREM', KEYS[2], ARGV[3])
return 1

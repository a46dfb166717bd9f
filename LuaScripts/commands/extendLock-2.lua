-- Renew the lock of a job.
--
-- KEYS: 1 lock, 2 stalled
-- ARGV: 1 token, 2 duration (ms), 3 id
-- Returns 1, or 0 if the lock is gone or held by another token.
local rcall, lockKey, duration = redis.call, KEYS[1], ARGV[2]
if rcall('GET', lockKey) ~= ARGV[1] then
  return 0
end
if tonumber(duration) > 0 then
  rcall('PEXPIRE', lockKey, duration)
else
  -- PEXPIRE would delete the lock; this is refused.
  rcall('SET', lockKey, ARGV[1], 'PX', duration)
end
rcall('SREM', KEYS[2], ARGV[3])
return 1

-- Move an active job to `waiting-children` if it has something to wait for.
--
-- KEYS: 1 active, 2 waiting-children, 3 job, 4 its dependencies, 5 its unsuccessful children, 6 stalled, 7 events
-- ARGV: 1 token, 2 key of the child to wait for, or empty for any, 3 now (ms), 4 id, 5 prefix (unused)
-- Returns 0 moved, 1 nothing to wait for; -1 job missing, -2 lock missing, -3 not active (the lock is released),
--   -6 lock of another token, -9 failed children.
local rcall = redis.call
local jobKey, dependenciesKey, jobId = KEYS[3], KEYS[4], ARGV[4]

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
if rcall('EXISTS', KEYS[5]) == 1 then
  return -9
end
if ARGV[2] == '' and rcall('EXISTS', dependenciesKey) == 0
  or ARGV[2] ~= '' and rcall('SISMEMBER', dependenciesKey, ARGV[2]) == 0 then
  return 1
end

-- include: releaseLock

local failure = releaseLock(jobKey, KEYS[6], ARGV[1], jobId)
if failure < 0 then
  return failure
end
if rcall('LREM', KEYS[1], '-1', jobId) == 0 then
  return -3
end
rcall('ZADD', KEYS[2], ARGV[3], jobId)
rcall('XADD', KEYS[7], '*', 'event', 'waiting-children', 'jobId', jobId, 'prev', 'active')
return 0

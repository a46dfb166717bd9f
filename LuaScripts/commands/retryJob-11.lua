-- Put an active job that failed back into the line at once. Promotes due delayed jobs first, even if it then fails.
--
-- KEYS: 1 active, 2 wait, 3 paused (unused), 4 job, 5 meta, 6 events, 7 delayed, 8 prioritized, 9 pc, 10 marker,
--       11 stalled
-- ARGV: 1 prefix, 2 now (ms), 3 `LPUSH` or `RPUSH` (lifo), 4 id, 5 token,
--       6 msgpack array {field, value, ...} to write, or empty
-- Returns 0; -1 job missing, -2 lock missing, -3 not active, -6 lock of another token. After -3 the lock is released
--   and the fields are written.
local rcall = redis.call
local activeKey, waitKey, jobKey, metaKey, eventsKey = KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[6]
local delayedKey, prioritizedKey, pcKey, markerKey = KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local prefix, now, jobId = ARGV[1], tonumber(ARGV[2]), ARGV[4]

-- include: isBlocked
-- include: promoteDelayed
-- include: releaseLock
-- include: updateFields
-- include: addWithPriority
-- include: eventCap

promoteDelayed(delayedKey, waitKey, prioritizedKey, pcKey, markerKey, eventsKey, prefix, now,
  isBlocked(metaKey, activeKey))

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
local failure = releaseLock(jobKey, KEYS[11], ARGV[5], jobId)
if failure < 0 then
  return failure
end
updateFields(jobKey, ARGV[6])
if rcall('LREM', activeKey, '-1', jobId) == 0 then
  return -3
end

local priority = tonumber(rcall('HGET', jobKey, 'priority')) or 0
if priority == 0 then
  rcall(ARGV[3], waitKey, jobId)
else
  addWithPriority(prioritizedKey, pcKey, priority, jobId)
end
if not isBlocked(metaKey, activeKey) then
  rcall('ZADD', markerKey, '0', '0')
end
rcall('HINCRBY', jobKey, 'atm', '1')
rcall('XADD', eventsKey, 'MAXLEN', '~', eventCap(metaKey), '*', 'event', 'waiting', 'jobId', jobId, 'prev', 'active')
return 0

-- Move an active job to `delayed`, by hand or to be retried later; on request hand out the next one.
--
-- KEYS: 1 marker, 2 active, 3 prioritized, 4 delayed, 5 job, 6 events, 7 meta, 8 stalled, 9 wait, 10 limiter, 11 pc
-- ARGV: 1 prefix, 2 now (ms), 3 id, 4 token, 5 delay (ms, from now), 6 `0` to count an attempt,
--       7 msgpack array {field, value, ...} to write, or empty, 8 `1` to fetch the next job,
--       9 msgpack map as in moveToActive, or empty
-- Returns 0, or the next job as in moveToActive; -1 job missing, -2 lock missing, -3 not active,
--   -6 lock of another token. After -3 the lock is released and the fields are written.
local rcall = redis.call
local markerKey, activeKey, prioritizedKey, delayedKey, jobKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local eventsKey, metaKey = KEYS[6], KEYS[7]
local prefix, now, jobId = ARGV[1], ARGV[2], ARGV[3]

-- include: releaseLock
-- include: updateFields
-- include: eventCap
-- include: delayedScore
-- include: numberText
-- include: markNextDelayed

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
local failure = releaseLock(jobKey, KEYS[8], ARGV[4], jobId)
if failure < 0 then
  return failure
end
updateFields(jobKey, ARGV[7])
if rcall('LREM', activeKey, '-1', jobId) == 0 then
  return -3
end

local score, due = delayedScore(delayedKey, tonumber(now), tonumber(ARGV[5]))
if ARGV[6] == '0' then
  rcall('HINCRBY', jobKey, 'atm', '1')
end
rcall('HSET', jobKey, 'delay', ARGV[5])
rcall('ZADD', delayedKey, score, jobId)
rcall('XADD', eventsKey, 'MAXLEN', '~', eventCap(metaKey), '*', 'event', 'delayed', 'jobId', jobId,
  'delay', numberText(due))

if ARGV[8] == '1' then
  local opts = cmsgpack.unpack(ARGV[9])
  local waitKey, limiterKey, pcKey = KEYS[9], KEYS[10], KEYS[11]
  local settings = rcall('HMGET', metaKey, 'paused', 'concurrency', 'max')
  local paused, concurrency, globalMax = settings[1], settings[2], settings[3]
  local isPoll = false
  -- include: fetchNextJob
  if reply and reply[2] ~= 0 then
    return reply
  end
end

markNextDelayed(delayedKey, markerKey)
return 0

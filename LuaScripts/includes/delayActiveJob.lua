-- What moveToDelayed does (a block). Reads pcKey, whose place among the keys changed after release 6.2.0; the first ten
-- keys, ARGV and the result are as in moveToDelayed-11.
local rcall = redis.call
local markerKey, activeKey, prioritizedKey, delayedKey, jobKey, eventsKey, metaKey, stalledKey, waitKey, limiterKey =
  unpack(KEYS)
local prefix, now, jobId, token, delay, skipsAttempt, packedFields, fetches, packedOpts = unpack(ARGV)

-- include: releaseLock
-- include: updateFields
-- include: eventCap
-- include: delayedScore
-- include: numberText
-- include: markNextDelayed

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
local failure = releaseLock(jobKey, stalledKey, token, jobId)
if failure < 0 then
  return failure
end
updateFields(jobKey, packedFields)
if rcall('LREM', activeKey, '-1', jobId) == 0 then
  return -3
end

local score, due = delayedScore(delayedKey, tonumber(now), tonumber(delay))
if skipsAttempt == '0' then
  rcall('HINCRBY', jobKey, 'atm', '1')
end
rcall('HSET', jobKey, 'delay', delay)
rcall('ZADD', delayedKey, score, jobId)
rcall('XADD', eventsKey, 'MAXLEN', '~', eventCap(metaKey), '*', 'event', 'delayed', 'jobId', jobId,
  'delay', numberText(due))

if fetches == '1' then
  local opts = cmsgpack.unpack(packedOpts)
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

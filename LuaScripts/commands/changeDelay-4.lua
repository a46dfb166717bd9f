-- Give a delayed job another delay, counted from now.
--
-- KEYS: 1 delayed, 2 meta, 3 marker, 4 events
-- ARGV: 1 delay (ms), 2 now (ms), 3 id, 4 job key
-- Returns 0, -1 job missing, -3 not delayed.
local rcall = redis.call
local delayedKey, jobId, jobKey = KEYS[1], ARGV[3], ARGV[4]

if rcall('EXISTS', jobKey) == 0 then
  return -1
end

-- include: delayedScore
-- include: numberText
-- include: eventCap
-- include: markNextDelayed

-- The job still counts among those of its millisecond here: an unchanged due time makes it the last of them.
local delay = tonumber(ARGV[1])
local score, due = delayedScore(delayedKey, tonumber(ARGV[2]), delay)
if rcall('ZREM', delayedKey, jobId) == 0 then
  return -3
end
rcall('HSET', jobKey, 'delay', numberText(delay))
rcall('ZADD', delayedKey, score, jobId)
rcall('XADD', KEYS[4], 'MAXLEN', '~', eventCap(KEYS[2]), '*', 'event', 'delayed', 'jobId', jobId,
  'delay', numberText(due))
markNextDelayed(delayedKey, KEYS[3])
return 0

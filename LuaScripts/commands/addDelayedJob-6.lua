-- Add a job that waits for a time: its timestamp plus its delay. Its priority counts when it is promoted.
--
-- KEYS: 1 marker, 2 meta, 3 id, 4 delayed, 5 completed, 6 events
-- ARGV and result: see addStandardJob-9.
local rcall = redis.call
local markerKey, metaKey, idKey, delayedKey, completedKey, eventsKey = unpack(KEYS)
local cap = rcall('HGET', metaKey, 'opts.maxLenEvents')

-- include: openAddition

if opts.de and opts.de.id then
  local replaces = opts.de.replace
  -- include: deduplicate
end

-- include: storeJob

-- Score: due time in the high part, place among the jobs of the same millisecond in the low 12 bits.
local due = timestamp
if tonumber(delay) > 0 then
  due = timestamp + delay
end
local low = due * 4096
local high = low + 4095
local dueText, lowText, highText = due, low, high
if due % 1 == 0 and high < 1e16 then
  dueText = string.format('%d', due)
  lowText = string.format('%d', low)
  highText = string.format('%d', high)
end
local last = rcall('ZREVRANGEBYSCORE', delayedKey, highText, lowText, 'WITHSCORES', 'LIMIT', '0', '1')[2]
if last then
  last = tonumber(last)
  rcall('ZADD', delayedKey, last < high and last + 1 or highText, jobId)
else
  rcall('ZADD', delayedKey, lowText, jobId)
end
rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'delayed', 'jobId', jobId, 'delay', dueText)
local next = tonumber(rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')[2]) / 4096
rcall('ZADD', markerKey, next % 1 == 0 and string.format('%d', next) or next, '1')
if input[6] then
  rcall('SADD', input[6], jobKey)
end
return jobId

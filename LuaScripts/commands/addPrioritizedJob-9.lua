-- Add a job with a priority. `lifo` has no effect.
--
-- KEYS: 1 marker, 2 meta, 3 id, 4 prioritized, 5 delayed, 6 completed, 7 active, 8 events, 9 pc
-- ARGV and result: see addStandardJob-9.
local rcall = redis.call
local markerKey, metaKey, idKey, prioritizedKey, _, completedKey, activeKey, eventsKey, pcKey = unpack(KEYS)
local settings = rcall('HMGET', metaKey, 'opts.maxLenEvents', 'paused', 'concurrency')
local cap, concurrency = settings[1], settings[3]

-- include: openAddition

if opts.de and opts.de.id then
  local replaces = opts.de.replace
  -- include: deduplicate
end

-- include: storeJob

local score = priority * 0x100000000 + rcall('INCR', pcKey) % 0x100000000
rcall('ZADD', prioritizedKey, score < 0x20000000000000 and string.format('%d', score) or score, jobId)
if not (settings[2] or concurrency and rcall('LLEN', activeKey) >= tonumber(concurrency)) then
  rcall('ZADD', markerKey, '0', '0')
end
rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting', 'jobId', jobId)
if input[6] then
  rcall('SADD', input[6], jobKey)
end
return jobId

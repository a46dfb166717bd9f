-- Add a job that starts in `waiting-children`. Its delay and priority count when it is released. A deduplication owner
-- is never replaced here.
--
-- KEYS: 1 meta, 2 id, 3 delayed (unused), 4 waiting-children, 5 completed, 6 events
-- ARGV and result: see addStandardJob-9.
local rcall = redis.call
local metaKey, idKey, _, waitingChildrenKey, completedKey, eventsKey = unpack(KEYS)
local cap = rcall('HGET', metaKey, 'opts.maxLenEvents')

-- include: openAddition

if opts.de and opts.de.id then
  local replaces = false
  -- include: deduplicate
end

-- include: storeJob

rcall('ZADD', waitingChildrenKey, timestamp, jobId)
rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting-children', 'jobId', jobId)
if input[6] then
  rcall('SADD', input[6], jobKey)
end
return jobId

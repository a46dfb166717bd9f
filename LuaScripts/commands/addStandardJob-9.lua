-- Add a job without delay and priority: it joins the line.
--
-- KEYS: 1 wait, 2 paused (unused), 3 meta, 4 id, 5 completed, 6 delayed, 7 active, 8 events, 9 marker
-- ARGV: 1 msgpack array {prefix, custom id or "", name, timestamp, parent key?, parent's dependencies key?,
--         parent reference?, scheduler id?, deduplication owner key?}
--       2 data (JSON)
--       3 msgpack map of options with short names
-- Returns the id of the job, of the existing job with the same id, or of the owner of the deduplication id;
--   -5 parent missing, -7 existing job has another living parent.
local rcall = redis.call
local waitKey, _, metaKey, idKey, completedKey, _, activeKey, eventsKey, markerKey = unpack(KEYS)
local settings = rcall('HMGET', metaKey, 'opts.maxLenEvents', 'paused', 'concurrency')
local cap, concurrency = settings[1], settings[3]

-- include: openAddition

if opts.de and opts.de.id then
  local replaces = opts.de.replace
  -- include: deduplicate
end

-- include: storeJob

rcall(opts.lifo and 'RPUSH' or 'LPUSH', waitKey, jobId)
if not (settings[2] or concurrency and rcall('LLEN', activeKey) >= tonumber(concurrency)) then
  rcall('ZADD', markerKey, '0', '0')
end
rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting', 'jobId', jobId)
if input[6] then
  rcall('SADD', input[6], jobKey)
end
return jobId

-- Move a delayed job into the line before its time.
--
-- KEYS: 1 delayed, 2 wait, 3 paused (unused), 4 meta, 5 prioritized, 6 active, 7 pc, 8 events, 9 marker
-- ARGV: 1 prefix, 2 id
-- Returns 0, -3 not delayed.
local rcall = redis.call
local waitKey, jobId = KEYS[2], ARGV[2]
local jobKey = ARGV[1] .. jobId

if rcall('ZREM', KEYS[1], jobId) == 0 then
  return -3
end

-- include: isBlocked
-- include: addWithPriority

local priority = tonumber(rcall('HGET', jobKey, 'priority')) or 0
local head = rcall('LINDEX', waitKey, '0')
if head and string.sub(head, 1, 2) == '0:' then
  -- A marker of the releases before 5.0, not a job.
  rcall('LPOP', waitKey)
end
if priority == 0 then
  rcall('LPUSH', waitKey, jobId)
else
  addWithPriority(KEYS[5], KEYS[7], priority, jobId)
end
if not isBlocked(KEYS[4], KEYS[6]) then
  rcall('ZADD', KEYS[9], '0', '0')
end
rcall('XADD', KEYS[8], '*', 'event', 'waiting', 'jobId', jobId, 'prev', 'delayed')
rcall('HSET', jobKey, 'delay', '0')
return 0

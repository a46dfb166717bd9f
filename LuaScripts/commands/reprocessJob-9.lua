-- Put a finished job back into the line.
--
-- KEYS: 1 job, 2 events, 3 failed or completed, 4 wait, 5 meta, 6 active, 7 marker, 8 prioritized, 9 pc
-- ARGV: 1 id, 2 `LPUSH` or `RPUSH` (lifo; without effect for a job with priority), 3 `failedReason` or `returnvalue`,
--       4 `failed` or `completed`, 5 `1` to reset attempts made, 6 `1` to reset attempts started
-- Returns 1, -1 job missing, -3 not in that state.
local rcall = redis.call
local jobKey, metaKey, jobId, state = KEYS[1], KEYS[5], ARGV[1], ARGV[4]

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
if rcall('ZREM', KEYS[3], jobId) == 0 then
  return -3
end

-- include: isBlocked
-- include: addWithPriority
-- include: returnToParent
-- include: eventCap

rcall('HDEL', jobKey, 'finishedOn', 'processedOn', ARGV[3])
if ARGV[5] == '1' then
  rcall('HDEL', jobKey, 'atm')
end
if ARGV[6] == '1' then
  rcall('HDEL', jobKey, 'ats')
end
local priority = tonumber(rcall('HGET', jobKey, 'priority')) or 0
if priority == 0 then
  rcall(ARGV[2], KEYS[4], jobId)
else
  addWithPriority(KEYS[8], KEYS[9], priority, jobId)
end
if not isBlocked(metaKey, KEYS[6]) then
  rcall('ZADD', KEYS[7], '0', '0')
end
returnToParent(jobKey, state)
rcall('XADD', KEYS[2], 'MAXLEN', '~', eventCap(metaKey), '*', 'event', 'waiting', 'jobId', jobId, 'prev', state)
return 1

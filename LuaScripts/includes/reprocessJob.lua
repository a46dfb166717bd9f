-- What reprocessJob does (a block).
-- Reads waitKey, metaKey, activeKey, markerKey, and prioritizedKey and pcKey; without prioritizedKey every job joins
-- the line, whatever its priority. ARGV and the result are as in reprocessJob-9.
local rcall = redis.call
local jobKey, eventsKey, finishedKey = KEYS[1], KEYS[2], KEYS[3]
local jobId, push, resultField, state, resetsAttemptsMade, resetsAttemptsStarted = unpack(ARGV)

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
if rcall('ZREM', finishedKey, jobId) == 0 then
  return -3
end

-- include: isBlocked
-- include: returnToParent
-- include: eventCap

rcall('HDEL', jobKey, 'finishedOn', 'processedOn', resultField)
if resetsAttemptsMade == '1' then
  rcall('HDEL', jobKey, 'atm')
end
if resetsAttemptsStarted == '1' then
  rcall('HDEL', jobKey, 'ats')
end
local priority = prioritizedKey and tonumber(rcall('HGET', jobKey, 'priority')) or 0
if priority == 0 then
  rcall(push, waitKey, jobId)
else
  -- include: addWithPriority
  addWithPriority(prioritizedKey, pcKey, priority, jobId)
end
if not isBlocked(metaKey, activeKey) then
  rcall('ZADD', markerKey, '0', '0')
end
returnToParent(jobKey, state)
rcall('XADD', eventsKey, 'MAXLEN', '~', eventCap(metaKey), '*', 'event', 'waiting', 'jobId', jobId, 'prev', state)
return 1

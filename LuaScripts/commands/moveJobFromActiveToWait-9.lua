-- Put an active job back to the front of the line, without counting an attempt.
--
-- KEYS: 1 active, 2 wait, 3 stalled, 4 paused (unused), 5 meta, 6 limiter, 7 prioritized, 8 marker, 9 events
-- ARGV: 1 id, 2 token, 3 job key
-- Returns the ms until the rate limit ends, or 0; -1 job missing, -2 lock missing, -6 lock of another token. A job that
--   is not active is left alone.
local rcall = redis.call
local jobId, jobKey = ARGV[1], ARGV[3]

-- include: releaseLock
-- include: isBlocked
-- include: eventCap

if rcall('EXISTS', jobKey) == 0 then
  return -1
end
local failure = releaseLock(jobKey, KEYS[3], ARGV[2], jobId)
if failure < 0 then
  return failure
end
if rcall('LREM', KEYS[1], '1', jobId) > 0 then
  local priority = tonumber(rcall('HGET', jobKey, 'priority')) or 0
  if priority > 0 then
    rcall('ZADD', KEYS[7], priority * 0x100000000, jobId)
  else
    rcall('RPUSH', KEYS[2], jobId)
    if not isBlocked(KEYS[5], KEYS[1]) then
      rcall('ZADD', KEYS[8], '0', '0')
    end
  end
  rcall('XADD', KEYS[9], 'MAXLEN', '~', eventCap(KEYS[5]), '*', 'event', 'waiting', 'jobId', jobId, 'prev', 'active')
end
return math.max(rcall('PTTL', KEYS[6]), 0)

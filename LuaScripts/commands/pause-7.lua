-- Pause or resume a queue. Pausing moves no job. Resuming merges the list `paused` that releases before 6.0 left.
--
-- KEYS: 1 wait (resuming: paused), 2 paused (resuming: wait), 3 meta, 4 prioritized, 5 events, 6 delayed, 7 marker
-- ARGV: 1 `paused` or `resumed`, 2 `0` for no event
-- Returns 0: nothing of the old list is left to be moved by another call.
local rcall = redis.call
local metaKey, prioritizedKey, delayedKey, markerKey = KEYS[3], KEYS[4], KEYS[6], KEYS[7]

if ARGV[1] == 'paused' then
  rcall('HSET', metaKey, 'paused', '1')
  rcall('DEL', markerKey)
else
  local pausedKey, waitKey = KEYS[1], KEYS[2]
  rcall('HDEL', metaKey, 'paused')
  if rcall('EXISTS', pausedKey) == 1 then
    -- include: mergePaused
    mergePaused(pausedKey, waitKey)
  end
  if rcall('EXISTS', waitKey, prioritizedKey) > 0 then
    rcall('ZADD', markerKey, '0', '0')
  else
    -- include: markNextDelayed
    markNextDelayed(delayedKey, markerKey)
  end
end

if ARGV[2] ~= '0' then
  rcall('XADD', KEYS[5], '*', 'event', ARGV[1])
end
return 0

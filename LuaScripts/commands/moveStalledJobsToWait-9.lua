-- Find jobs whose worker is gone. A job is stalled if it was marked by the previous sweep and has no lock now: it goes
-- back to the front of the line. One too often stalled is to fail when taken up, unless it belongs to a scheduler.
-- Then all jobs still active are marked. At most one sweep runs in an interval.
-- Every call heals a queue that is not paused although jobs are in the list `paused`, from which nobody would take them.
--
-- KEYS: 1 stalled, 2 wait, 3 active, 4 stalled-check, 5 meta, 6 paused, 7 marker, 8 events, 9 repeat
-- ARGV: 1 max stalled count, 2 prefix, 3 now (ms), 4 interval (ms)
-- Returns the ids moved.
local rcall = redis.call
local stalledKey, waitKey, activeKey, eventsKey, repeatKey = KEYS[1], KEYS[2], KEYS[3], KEYS[8], KEYS[9]
local maxStalledCount, prefix = tonumber(ARGV[1]), ARGV[2]

if rcall('EXISTS', KEYS[6]) == 1 and rcall('HEXISTS', KEYS[5], 'paused') == 0 then
  -- include: mergePaused
  -- include: isBlocked
  mergePaused(KEYS[6], waitKey)
  if not isBlocked(KEYS[5], activeKey) then
    rcall('ZADD', KEYS[7], '0', '0')
  end
end

if not rcall('SET', KEYS[4], ARGV[3], 'PX', ARGV[4], 'NX') then
  return {}
end

-- include: eventCap
-- include: isBlocked

rcall('XTRIM', eventsKey, 'MAXLEN', '~', eventCap(KEYS[5]))

local moved = {}
local candidates = rcall('SMEMBERS', stalledKey)
if #candidates > 0 then
  rcall('DEL', stalledKey)
  for _, id in ipairs(candidates) do
    local jobKey = prefix .. id
    if string.sub(id, 1, 2) == '0:' then
      -- A marker of the releases before 5.0, not a job.
      rcall('LREM', activeKey, '1', id)
    elseif rcall('EXISTS', jobKey .. ':lock') == 0 and rcall('LREM', activeKey, '1', id) > 0 then
      if rcall('HINCRBY', jobKey, 'stc', '1') > maxStalledCount then
        local schedulerId = rcall('HGET', jobKey, 'rjk')
        local isRepeatable = schedulerId and (rcall('EXISTS', repeatKey .. ':' .. schedulerId) == 1
          or rcall('ZSCORE', repeatKey, schedulerId))
        if not isRepeatable then
          rcall('HSET', jobKey, 'defa', 'job stalled more than allowable limit')
        end
      end
      rcall('RPUSH', waitKey, id)
      rcall('XADD', eventsKey, '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
      rcall('XADD', eventsKey, '*', 'event', 'stalled', 'jobId', id)
      moved[#moved + 1] = id
    end
  end
  -- `active` only shrank above, so the state at the end decides about the marker.
  if #moved > 0 and not isBlocked(KEYS[5], activeKey) then
    rcall('ZADD', KEYS[7], '0', '0')
  end
end

local active = rcall('LRANGE', activeKey, '0', '-1')
for first = 1, #active, 7000 do
  rcall('SADD', stalledKey, unpack(active, first, math.min(first + 6999, #active)))
end
return moved

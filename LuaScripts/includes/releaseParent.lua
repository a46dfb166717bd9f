-- Put a parent, already taken out of its set, into the line of its queue: delayed by its own delay, else in front.
-- Needs isBlocked, markNextDelayed, addWithPriority.
local function releaseParent(queueKey, parentId, timestamp)
  local prefix = queueKey .. ':'
  local fields = redis.call('HMGET', prefix .. parentId, 'priority', 'delay')
  local priority, delay = tonumber(fields[1]) or 0, tonumber(fields[2]) or 0
  local markerKey = prefix .. 'marker'
  if delay > 0 then
    local due = timestamp + delay
    redis.call('ZADD', prefix .. 'delayed', due * 4096, parentId)
    redis.call('XADD', prefix .. 'events', '*', 'event', 'delayed', 'jobId', parentId,
      'delay', due % 1 == 0 and string.format('%d', due) or due)
    markNextDelayed(prefix .. 'delayed', markerKey)
    return
  end
  if priority == 0 then
    redis.call('RPUSH', prefix .. 'wait', parentId)
  else
    addWithPriority(prefix .. 'prioritized', prefix .. 'pc', priority, parentId)
  end
  if not isBlocked(prefix .. 'meta', prefix .. 'active') then
    redis.call('ZADD', markerKey, '0', '0')
  end
  redis.call('XADD', prefix .. 'events', '*', 'event', 'waiting', 'jobId', parentId, 'prev', 'waiting-children')
end

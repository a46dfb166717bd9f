-- Move the jobs that are due (at most 1000) from `delayed` into the line, in order of their due time.
local function promoteDelayed(delayedKey, waitKey, prioritizedKey, pcKey, markerKey, eventsKey, prefix, now, blocked)
  local ids = redis.call('ZRANGEBYSCORE', delayedKey, '0', (now + 1) * 4096 - 1, 'LIMIT', '0', '1000')
  if #ids == 0 then
    return
  end
  redis.call('ZREM', delayedKey, unpack(ids))
  for _, id in ipairs(ids) do
    local jobKey = prefix .. id
    local priority = tonumber(redis.call('HGET', jobKey, 'priority')) or 0
    if priority == 0 then
      redis.call('LPUSH', waitKey, id)
    else
      local counter = redis.call('INCR', pcKey)
      redis.call('ZADD', prioritizedKey, priority * 0x100000000 + counter % 0x100000000, id)
    end
    redis.call('XADD', eventsKey, '*', 'event', 'waiting', 'jobId', id, 'prev', 'delayed')
    redis.call('HSET', jobKey, 'delay', '0')
  end
  if not blocked then
    redis.call('ZADD', markerKey, '0', '0')
  end
end

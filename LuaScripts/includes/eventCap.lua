-- The length to which the events stream is trimmed (text); writes the default if the queue has none.
local function eventCap(metaKey)
  local cap = redis.call('HGET', metaKey, 'opts.maxLenEvents')
  if not cap then
    cap = '10000'
    redis.call('HSET', metaKey, 'opts.maxLenEvents', cap)
  end
  return cap
end

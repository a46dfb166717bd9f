-- Delay marker: tells idle workers when the first delayed job is due. An empty `delayed` leaves the marker alone.
local function markNextDelayed(delayedKey, markerKey)
  local head = redis.call('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')
  if head[2] then
    redis.call('ZADD', markerKey, tonumber(head[2]) / 4096, '1')
  end
end

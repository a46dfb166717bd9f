-- Releases before 5.0 left markers such as `0:0` at the tail of `wait` and `paused`. Drops one; returns whether the
-- list holds nothing but a marker (which then stays, and the list counts as empty).
local function dropLegacyMarker(listKey)
  local tail = redis.call('LINDEX', listKey, '-1')
  if tail and string.sub(tail, 1, 2) == '0:' then
    if redis.call('LLEN', listKey) == 1 then
      return true
    end
    redis.call('RPOP', listKey)
  end
  return false
end

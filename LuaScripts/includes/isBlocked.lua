-- Whether a queue hands out no jobs: it is paused, or at its global concurrency limit.
local function isBlocked(metaKey, activeKey)
  local settings = redis.call('HMGET', metaKey, 'paused', 'concurrency')
  if settings[1] then
    return true
  end
  return settings[2] ~= false and redis.call('LLEN', activeKey) >= tonumber(settings[2])
end

-- A finished job runs again: it becomes a pending child of its parent again, if the parent knows of its end.
local function returnToParent(jobKey, state)
  local parentKey = redis.call('HGET', jobKey, 'parentKey')
  if not parentKey or redis.call('EXISTS', parentKey) == 0 then
    return
  end
  local known
  if state == 'failed' then
    known = redis.call('ZREM', parentKey .. ':unsuccessful', jobKey) == 1
      or redis.call('HDEL', parentKey .. ':failed', jobKey) == 1
  else
    known = redis.call('HDEL', parentKey .. ':processed', jobKey) == 1
  end
  if known then
    redis.call('SADD', parentKey .. ':dependencies', jobKey)
  end
end

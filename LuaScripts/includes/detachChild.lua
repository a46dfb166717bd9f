-- Take a job that is being removed out of its parent's dependencies. A parent without further dependencies leaves
-- `waiting-children`: to the front of its line; or, when `hardBase` is the prefix of its queue, it dies with its child.
-- With `hardBase` a release is silent. `parentKey` is looked up (and must exist) unless given.
-- Returns whether the job was a dependency. Needs isBlocked, deleteJobKeys.
local function detachChild(childKey, hardBase, parentKey)
  local dedupId
  if not parentKey then
    local fields = redis.call('HMGET', childKey, 'parentKey', 'deid')
    parentKey, dedupId = fields[1], fields[2]
    if not parentKey or parentKey == '' or redis.call('EXISTS', parentKey) == 0 then
      return false
    end
  end
  local dependenciesKey = parentKey .. ':dependencies'
  if redis.call('SREM', dependenciesKey, childKey) == 0 then
    return false
  end
  if redis.call('EXISTS', dependenciesKey) == 1 then
    return true
  end
  local prefix, parentId = string.match(parentKey, '^(.*:)([^:]*)$')
  if redis.call('ZREM', prefix .. 'waiting-children', parentId) == 0 then
    return true
  end
  if hardBase == prefix then
    detachChild(parentKey, hardBase)
    deleteJobKeys(parentKey)
    if dedupId then
      redis.call('DEL', prefix .. 'de:' .. dedupId)
    end
    return true
  end
  local blocked = isBlocked(prefix .. 'meta', prefix .. 'active')
  redis.call('RPUSH', prefix .. 'wait', parentId)
  if not blocked then
    redis.call('ZADD', prefix .. 'marker', '0', '0')
  end
  if not hardBase then
    redis.call('XADD', prefix .. 'events', '*', 'event', 'waiting', 'jobId', parentId, 'prev', 'waiting-children')
  end
  return true
end

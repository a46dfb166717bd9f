-- Take a job that is being removed out of the dependencies of a parent. A parent without further dependencies leaves
-- `waiting-children`: to the front of its line; or, when `hardBase` is the prefix of its queue, it dies with its child,
-- and with it the deduplication key of `dedupId`. With `hardBase` a release is silent.
-- Returns whether the job was a dependency. Needs isBlocked, deleteJobKeys, livingParent.
local function detachChild(childKey, parentKey, hardBase, dedupId)
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
    local fields = redis.call('HMGET', parentKey, 'parentKey', 'deid')
    local grandparentKey = livingParent(fields[1])
    if grandparentKey then
      detachChild(parentKey, grandparentKey, hardBase, fields[2])
    end
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

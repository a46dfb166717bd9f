-- Remove a job from wherever it is, with an event, and on request the tree of its children. Needs isBlocked,
-- eventCap, deleteJobKeys, livingParent, detachChild, releaseDeduplication.
-- `options`: `descends` to the children; `skipsProcessed`: only pending children; `skipsLocked`.
local removeTree
local setStates = {'completed', 'waiting-children', 'delayed', 'failed', 'prioritized'}
local listStates = {'wait', 'paused', 'active'}

local function removeFromAnyState(prefix, jobId)
  for at = 1, #setStates do
    if redis.call('ZREM', prefix .. setStates[at], jobId) == 1 then
      return setStates[at]
    end
  end
  for at = 1, #listStates do
    if redis.call('LREM', prefix .. listStates[at], '1', jobId) == 1 then
      return listStates[at]
    end
  end
  return 'unknown'
end

local function removeChildren(jobKey, options)
  local function removeAll(childKeys)
    for at = 1, #childKeys do
      local childKey = childKeys[at]
      local prefix, childId = string.match(childKey, '^(.*:)([^:]*)$')
      removeTree(prefix, childId, jobKey, options)
    end
  end
  if not options.skipsProcessed then
    removeAll(redis.call('HKEYS', jobKey .. ':processed'))
    removeAll(redis.call('HKEYS', jobKey .. ':failed'))
    removeAll(redis.call('ZRANGE', jobKey .. ':unsuccessful', '0', '-1'))
  end
  removeAll(redis.call('SMEMBERS', jobKey .. ':dependencies'))
end

function removeTree(prefix, jobId, parentKey, options)
  local jobKey = prefix .. jobId
  if options.skipsLocked and redis.call('EXISTS', jobKey .. ':lock') == 1 then
    return
  end
  if options.skipsProcessed and redis.call('ZSCORE', prefix .. 'failed', jobId) then
    return
  end
  local dedupId
  if parentKey then
    dedupId = redis.call('HGET', jobKey, 'deid')
  else
    local fields = redis.call('HMGET', jobKey, 'parentKey', 'deid')
    parentKey, dedupId = livingParent(fields[1]), fields[2]
  end
  if parentKey then
    detachChild(jobKey, parentKey)
  end
  if options.descends then
    removeChildren(jobKey, options)
  end
  local state = removeFromAnyState(prefix, jobId)
  if dedupId then
    releaseDeduplication(prefix, jobId, dedupId)
  end
  if deleteJobKeys(jobKey) > 0 then
    redis.call('XADD', prefix .. 'events', 'MAXLEN', '~', eventCap(prefix .. 'meta'), '*', 'event', 'removed',
      'jobId', jobId, 'prev', state)
  end
end

-- Remove a job from wherever it is, with an event, and on request the tree of its children. Needs isBlocked,
-- eventCap, deleteJobKeys, detachChild, releaseDeduplication.
-- `options`: `descends` to the children; `skipsProcessed`: only pending children; `skipsLocked`.
local removeTree

local function removeFromAnyState(prefix, jobId)
  for _, state in ipairs({'completed', 'waiting-children', 'delayed', 'failed', 'prioritized'}) do
    if redis.call('ZREM', prefix .. state, jobId) == 1 then
      return state
    end
  end
  for _, state in ipairs({'wait', 'paused', 'active'}) do
    if redis.call('LREM', prefix .. state, '1', jobId) == 1 then
      return state
    end
  end
  return 'unknown'
end

local function removeChildren(jobKey, options)
  local function removeAll(childKeys)
    for _, childKey in ipairs(childKeys) do
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
  detachChild(jobKey, nil, parentKey)
  if options.descends then
    removeChildren(jobKey, options)
  end
  local state = removeFromAnyState(prefix, jobId)
  releaseDeduplication(prefix, jobId, redis.call('HGET', jobKey, 'deid'))
  if deleteJobKeys(jobKey) > 0 then
    redis.call('XADD', prefix .. 'events', 'MAXLEN', '~', eventCap(prefix .. 'meta'), '*', 'event', 'removed',
      'jobId', jobId, 'prev', state)
  end
end

-- Release a parent if it exists and is in `waiting-children`. Needs releaseParent.
local function releaseParentIfWaiting(queueKey, parentKey, parentId, timestamp)
  if redis.call('EXISTS', parentKey) == 1 and redis.call('ZREM', queueKey .. ':waiting-children', parentId) == 1 then
    releaseParent(queueKey, parentId, timestamp)
  end
end

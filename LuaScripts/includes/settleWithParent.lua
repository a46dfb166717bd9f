-- Tell the parent that a child has finished (a block).
-- Reads rcall, jobKey, parentKey, parent (decoded, or nil), target, now, and the result.
-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: releaseParent
-- include: releaseParentIfWaiting
local timestamp = tonumber(now)
local parentId, queueKey = parent and parent.id, parent and parent.queueKey
local hasReference = parentId and queueKey
if not hasReference and parentKey and parentKey ~= '' then
  queueKey, parentId = string.match(parentKey, '^(.*):([^:]*)$')
end

if hasReference and target == 'failed' and not (parent.fpof or parent.cpof or parent.idof or parent.rdof) then
  -- Children stored by 5.2.0 to 5.12.7 have this policy among their options only.
  local childOpts = rcall('HGET', jobKey, 'opts')
  parent.idof = childOpts and cjson.decode(childOpts).idof
end

if parentId and target == 'completed' then
  local parentHash = parentKey or ''
  if rcall('SREM', parentHash .. ':dependencies', jobKey) == 1 then
    rcall('HSET', parentHash .. ':processed', jobKey, result)
    if rcall('SCARD', parentHash .. ':dependencies') == 0 then
      releaseParentIfWaiting(queueKey, parentHash, parentId, timestamp)
    end
  end
elseif hasReference and (parent.fpof or parent.cpof or parent.idof or parent.rdof) then
  -- The policy is the first of: fail the parent, let it continue, ignore or remove the dependency. Without one the
  -- child stays among the dependencies.
  local parentHash = queueKey .. ':' .. parentId
  if rcall('SREM', parentHash .. ':dependencies', jobKey) == 1 then
    if parent.fpof then
      rcall('ZADD', parentHash .. ':unsuccessful', now, jobKey)
      if rcall('EXISTS', parentHash) == 1 then
        local failure = 'child ' .. jobKey .. ' failed'
        if rcall('ZREM', queueKey .. ':waiting-children', parentId) == 1 then
          rcall('HSET', parentHash, 'defa', failure)
          releaseParent(queueKey, parentId, timestamp)
        elseif rcall('ZREM', queueKey .. ':delayed', parentId) == 1 then
          rcall('HSET', parentHash, 'delay', '0', 'defa', failure)
          releaseParent(queueKey, parentId, timestamp)
        elseif not rcall('ZSCORE', queueKey .. ':failed', parentId) then
          -- Wherever else it is, it fails as soon as a worker takes it up.
          rcall('HSET', parentHash, 'defa', failure)
        end
      end
    elseif parent.cpof then
      rcall('HSET', parentHash .. ':failed', jobKey, result)
      releaseParentIfWaiting(queueKey, parentHash, parentId, timestamp)
    else
      if rcall('SCARD', parentHash .. ':dependencies') == 0 then
        releaseParentIfWaiting(queueKey, parentHash, parentId, timestamp)
      end
      if parent.idof then
        rcall('HSET', parentHash .. ':failed', jobKey, result)
      end
    end
  end
end

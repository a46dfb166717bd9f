-- Deduplication of an addition (a block).
-- Reads rcall, opts, input, data, prefix, jobId, parentKey, parentJSON, eventsKey, cap, and `replaces`: whether a
-- delayed owner gives way to this job. Continues if the job is to be stored; else ends the script with the owner's id.
local de = opts.de
local dedupId, ownerKey = de.id, input[9]
local nextKey = prefix .. 'dn:' .. dedupId
local keepsLast = de.keepLastIfActive
local ttl = tonumber(de.ttl)
if ttl and ttl <= 0 then
  ttl = nil
end
local owner = rcall('GET', ownerKey)

-- include: numberText

local function announce(staying, losing)
  rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'deduplicated', 'jobId', staying,
    'deduplicationId', dedupId, 'deduplicatedJobId', losing)
end

local function own(id, expires)
  if expires then
    rcall('SET', ownerKey, id, 'PX', numberText(ttl))
  else
    rcall('SET', ownerKey, id)
  end
end

-- An owner key that never expires and names a vanished job is taken over.
local function recoverStale()
  if rcall('PTTL', ownerKey) ~= -1 or rcall('EXISTS', prefix .. owner) == 1 then
    return false
  end
  rcall('DEL', ownerKey, nextKey)
  own(jobId, ttl and not keepsLast)
  return true
end

-- Keep-last mode: while the owner is active, this addition waits as the next job.
local function park()
  if not keepsLast then
    return false
  end
  local isActive = false
  for _, activeId in ipairs(rcall('LRANGE', prefix .. 'active', '0', '-1')) do
    if activeId == owner then
      isActive = true
      break
    end
  end
  if not isActive then
    return false
  end
  rcall('DEL', nextKey)
  rcall('HSET', nextKey, 'name', input[3], 'data', data, 'opts', cjson.encode(opts), 'jid', jobId)
  if parentKey then
    rcall('HSET', nextKey, 'pk', parentKey, 'pd', parentJSON)
  end
  if input[6] then
    rcall('HSET', nextKey, 'pdk', input[6])
  end
  if input[8] then
    rcall('HSET', nextKey, 'rjk', input[8])
  end
  rcall('PERSIST', ownerKey)
  announce(owner, jobId)
  return true
end

if not owner then
  -- With a ttl that is not extended and keep-last the key has no expiry: nothing may end the run but its owner.
  own(jobId, ttl and not keepsLast)
elseif replaces then
  if rcall('ZREM', prefix .. 'delayed', owner) > 0 then
    local jobKeyOfOwner = prefix .. owner
    rcall('DEL', jobKeyOfOwner, jobKeyOfOwner .. ':logs', jobKeyOfOwner .. ':dependencies',
      jobKeyOfOwner .. ':processed', jobKeyOfOwner .. ':failed', jobKeyOfOwner .. ':unsuccessful')
    rcall('XADD', eventsKey, '*', 'event', 'removed', 'jobId', owner, 'prev', 'delayed')
    announce(jobId, owner)
    rcall('DEL', nextKey)
    if ttl and not de.extend and not keepsLast then
      rcall('SET', ownerKey, jobId, 'KEEPTTL')
    else
      own(jobId, ttl and not keepsLast)
    end
  elseif not recoverStale() then
    park()
    return owner
  end
elseif not recoverStale() then
  if not park() then
    if ttl and de.extend then
      own(owner, not keepsLast)
    end
    announce(owner, jobId)
  end
  return owner
end

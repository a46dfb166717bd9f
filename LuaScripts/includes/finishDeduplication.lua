-- A job with a deduplication id has finished (a block): its key is given up unless a ttl still runs, and the job parked
-- in keep-last mode is created. Reads rcall, prefix, jobId, dedupId, now, cap, metaKey, eventsKey.
local ownerKey, nextKey = prefix .. 'de:' .. dedupId, prefix .. 'dn:' .. dedupId
local ttl = rcall('PTTL', ownerKey)
if ttl == 0 or ttl == -1 and rcall('GET', ownerKey) == jobId then
  rcall('DEL', ownerKey)
end
if rcall('EXISTS', nextKey) == 1 then
  -- include: isBlocked
  -- include: markNextDelayed
  -- include: addWithPriority
  -- include: delayedScore
  -- include: numberText
  -- include: storeAndEnqueue
  local parked = rcall('HMGET', nextKey, 'name', 'data', 'opts', 'pk', 'pd', 'pdk', 'rjk', 'jid')
  local counter = rcall('INCR', prefix .. 'id')
  local newId = parked[8] or string.format('%d', counter)
  local newOpts = cjson.decode(parked[3])
  local de = newOpts.de or {}
  local newTtl = tonumber(de.ttl)
  if newTtl and newTtl > 0 and not de.keepLastIfActive then
    rcall('SET', ownerKey, newId, 'PX', numberText(newTtl))
  else
    rcall('SET', ownerKey, newId)
  end
  storeAndEnqueue(prefix, newId, parked[1], parked[2], newOpts, parked[3], now, cap, parked[7], parked[4], parked[5])
  if parked[6] then
    rcall('SADD', parked[6], prefix .. newId)
  end
  rcall('DEL', nextKey)
end

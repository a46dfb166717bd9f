-- A removed job gives up its deduplication key and the job parked behind it.
local function releaseDeduplication(prefix, jobId, dedupId)
  local ownerKey = dedupId and prefix .. 'de:' .. dedupId
  if ownerKey and redis.call('GET', ownerKey) == jobId then
    redis.call('DEL', ownerKey, prefix .. 'dn:' .. dedupId)
  end
end

-- A removed job with this deduplication id gives up its key and the job parked behind it, if it owns them.
local function releaseDeduplication(prefix, jobId, dedupId)
  local ownerKey = prefix .. 'de:' .. dedupId
  if redis.call('GET', ownerKey) == jobId then
    redis.call('DEL', ownerKey, prefix .. 'dn:' .. dedupId)
  end
end

-- Give up a deduplication key if the job owns it.
--
-- KEYS: 1 owner key
-- ARGV: 1 id
-- Returns 1, or 0 if the job does not own it.
local rcall, ownerKey = redis.call, KEYS[1]
if rcall('GET', ownerKey) == ARGV[1] then
  return rcall('DEL', ownerKey)
end
return 0

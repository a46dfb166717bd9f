-- Give up a deduplication key if the job owns it.
--
-- KEYS: 1 owner key
-- ARGV: 1 id
-- Returns 1, or 0 if the job does not own it.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0

-- Time until the rate limit ends.
--
-- KEYS: 1 limiter, 2 meta
-- ARGV: 1 max jobs; `0`: the maximum of the queue, or, without one, the expiry of the counter as it is
-- Returns ms; 0 if not limited; without a maximum also -1 no expiry, -2 no counter.
local rcall = redis.call
local maxJobs = ARGV[1] ~= '0' and ARGV[1] or rcall('HGET', KEYS[2], 'max')
if not maxJobs then
  return rcall('PTTL', KEYS[1])
end
if tonumber(maxJobs) > (tonumber(rcall('GET', KEYS[1])) or 0) then
  return 0
end
local ttl = rcall('PTTL', KEYS[1])
if ttl == 0 then
  rcall('DEL', KEYS[1])
end
return math.max(ttl, 0)

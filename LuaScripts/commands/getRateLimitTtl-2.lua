-- Time until the rate limit ends.
--
-- KEYS: 1 limiter, 2 meta
-- ARGV: 1 max jobs; `0`: the maximum of the queue, or, without one, the expiry of the counter as it is
-- Returns ms; 0 if not limited; without a maximum also -1 no expiry, -2 no counter.
local rcall = redis.call
local limiterKey, maxJobs = KEYS[1], ARGV[1]
if maxJobs == '0' then
  maxJobs = rcall('HGET', KEYS[2], 'max')
  if not maxJobs then
    return rcall('PTTL', limiterKey)
  end
end
if tonumber(maxJobs) > (tonumber(rcall('GET', limiterKey)) or 0) then
  return 0
end
local ttl = rcall('PTTL', limiterKey)
if ttl == 0 then
  rcall('DEL', limiterKey)
end
return ttl > 0 and ttl or 0

-- Take the next job, lock it and return its data. Promotes due delayed jobs first.
--
-- KEYS: 1 wait, 2 active, 3 prioritized, 4 events, 5 stalled (unused), 6 limiter, 7 delayed, 8 paused (unused), 9 meta,
--       10 pc, 11 marker
-- ARGV: 1 prefix, 2 now (ms), 3 msgpack map {token, lockDuration, limiter {max, duration}?, name?}
-- Returns {job fields, id, 0, 0}; {0, 0, ms, 0} rate limited; {0, 0, 0, ms} next delayed job; {0, 0, 0, 0} otherwise.
local rcall = redis.call
local waitKey, activeKey, prioritizedKey, eventsKey, _, limiterKey, delayedKey, _, metaKey, pcKey, markerKey =
  unpack(KEYS)
local prefix, now, packedOpts = unpack(ARGV)
local opts = cmsgpack.unpack(packedOpts)
local settings = rcall('HMGET', metaKey, 'paused', 'concurrency', 'max')
local paused, concurrency, globalMax = settings[1], settings[2], settings[3]
local isPoll = true

-- include: fetchNextJob

return reply or {0, 0, 0, 0}

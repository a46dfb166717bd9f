-- moveToDelayed-11 under the name and with the keys of release 6.2.0.
--
-- KEYS: 1 marker, 2 active, 3 prioritized, 4 delayed, 5 job, 6 events, 7 meta, 8 stalled, 9 wait, 10 limiter,
--       11 paused (unused), 12 pc
-- ARGV and result: see moveToDelayed-11.
local pcKey = KEYS[12]

-- include: delayActiveJob

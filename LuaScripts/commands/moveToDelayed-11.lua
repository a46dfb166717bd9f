-- Move an active job to `delayed`, by hand or to be retried later; on request hand out the next one.
--
-- KEYS: 1 marker, 2 active, 3 prioritized, 4 delayed, 5 job, 6 events, 7 meta, 8 stalled, 9 wait, 10 limiter, 11 pc
-- ARGV: 1 prefix, 2 now (ms), 3 id, 4 token, 5 delay (ms, from now), 6 `0` to count an attempt,
--       7 msgpack array {field, value, ...} to write, or empty, 8 `1` to fetch the next job,
--       9 msgpack map as in moveToActive, or empty
-- Returns 0, or the next job as in moveToActive; -1 job missing, -2 lock missing, -3 not active,
--   -6 lock of another token. After -3 the lock is released and the fields are written.
local pcKey = KEYS[11]

-- include: delayActiveJob

-- Put a finished job back into the line.
--
-- KEYS: 1 job, 2 events, 3 failed or completed, 4 wait, 5 meta, 6 active, 7 marker, 8 prioritized, 9 pc
-- ARGV: 1 id, 2 `LPUSH` or `RPUSH` (lifo; without effect for a job with priority), 3 `failedReason` or `returnvalue`,
--       4 `failed` or `completed`, 5 `1` to reset attempts made, 6 `1` to reset attempts started
-- Returns 1, -1 job missing, -3 not in that state.
local waitKey, metaKey, activeKey = KEYS[4], KEYS[5], KEYS[6]
local markerKey, prioritizedKey, pcKey = KEYS[7], KEYS[8], KEYS[9]

-- include: reprocessJob

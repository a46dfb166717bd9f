-- reprocessJob-9 under the name and with the keys of release 6.2.0, which ignores priorities.
--
-- KEYS: 1 job, 2 events, 3 failed or completed, 4 wait, 5 meta, 6 paused (unused), 7 active, 8 marker
-- ARGV and result: see reprocessJob-9.
local waitKey, metaKey, activeKey, markerKey = KEYS[4], KEYS[5], KEYS[7], KEYS[8]
local prioritizedKey, pcKey

-- include: reprocessJob

-- Store and announce the progress of a job.
--
-- KEYS: 1 job, 2 events, 3 meta
-- ARGV: 1 id, 2 progress (JSON)
-- Returns 0, -1 job missing.
local rcall = redis.call
if rcall('EXISTS', KEYS[1]) == 0 then
  return -1
end

-- include: eventCap

rcall('HSET', KEYS[1], 'progress', ARGV[2])
rcall('XADD', KEYS[2], 'MAXLEN', '~', eventCap(KEYS[3]), '*', 'event', 'progress', 'jobId', ARGV[1], 'data', ARGV[2])
return 0

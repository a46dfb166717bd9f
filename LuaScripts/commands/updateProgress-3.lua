-- Store and announce the progress of a job.
--
-- KEYS: 1 job, 2 events, 3 meta
-- ARGV: 1 id, 2 progress (JSON)
-- Returns 0, -1 job missing.
local rcall, jobKey, progress = redis.call, KEYS[1], ARGV[2]
if rcall('EXISTS', jobKey) == 0 then
  return -1
end

-- include: eventCap

rcall('HSET', jobKey, 'progress', progress)
rcall('XADD', KEYS[2], 'MAXLEN', '~', eventCap(KEYS[3]), '*', 'event', 'progress', 'jobId', ARGV[1], 'data', progress)
return 0

-- Remove a job scheduler, with its current iteration if that is delayed.
--
-- KEYS: 1 repeat, 2 delayed, 3 events
-- ARGV: 1 scheduler id, 2 prefix
-- Returns 0, or 1 if there is none.
local rcall = redis.call
local repeatKey, delayedKey, schedulerId, prefix = KEYS[1], KEYS[2], ARGV[1], ARGV[2]

-- include: deleteJobKeys

local millis = rcall('ZSCORE', repeatKey, schedulerId)
if millis then
  local jobId = 'repeat:' .. schedulerId .. ':' .. millis
  if rcall('ZREM', delayedKey, jobId) == 1 then
    deleteJobKeys(prefix .. jobId)
    rcall('XADD', KEYS[3], '*', 'event', 'removed', 'jobId', jobId, 'prev', 'delayed')
  end
end
if rcall('ZREM', repeatKey, schedulerId) == 1 then
  rcall('DEL', repeatKey .. ':' .. schedulerId)
  return 0
end
return 1

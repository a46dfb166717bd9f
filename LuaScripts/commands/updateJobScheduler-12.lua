-- Create the iteration after the current one, on behalf of the current one. Name and data come from the scheduler. Old
-- releases defined it without data (and without a count): the data of the current iteration is kept for it then.
--
-- KEYS: 1 repeat, 2 delayed, 3 wait, 4 paused (unused), 5 meta, 6 prioritized, 7 marker, 8 id, 9 events, 10 pc,
--       11 producing job (unused), 12 active
-- ARGV: 1 next time (ms) of a pattern, empty for `every`, 2 scheduler id, 3 data of the producing job,
--       4 msgpack map of the iteration's options, 5 now (ms), 6 prefix, 7 id of the producing job
-- Returns the id of the new iteration; nothing if the scheduler is gone, has moved on, or the iteration exists.
local rcall = redis.call
local repeatKey, metaKey, eventsKey = KEYS[1], KEYS[5], KEYS[9]
local schedulerId, jobOpts, prefix = ARGV[2], cmsgpack.unpack(ARGV[4]), ARGV[6]
local now = tonumber(ARGV[5])

local previous = rcall('ZSCORE', repeatKey, schedulerId)
if not previous then
  return nil
end

-- include: eventCap
-- include: numberText
-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: delayedScore
-- include: storeAndEnqueue
-- include: everySlot

local schedulerKey = repeatKey .. ':' .. schedulerId
local scheduler = rcall('HMGET', schedulerKey, 'name', 'data', 'every', 'startDate', 'offset', 'ic')
local repeatOpts = jobOpts['repeat'] or {}
local every = tonumber(scheduler[3] or repeatOpts.every)
local slot
if every then
  local offset = tonumber(scheduler[5] or repeatOpts.offset) or 0
  slot = everySlot(tonumber(previous), every, now, offset, tonumber(scheduler[4]))
else
  slot = tonumber(ARGV[1])
  if not slot then
    return redis.error_reply('ERR the next time of job scheduler ' .. schedulerId .. ' is not a number of milliseconds')
  end
end

if ARGV[7] ~= 'repeat:' .. schedulerId .. ':' .. previous then
  return nil
end
local cap, next = eventCap(metaKey), numberText(slot)
local jobId = 'repeat:' .. schedulerId .. ':' .. next
if rcall('EXISTS', prefix .. jobId) == 1 then
  rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'duplicated', 'jobId', jobId)
  return nil
end

rcall('ZADD', repeatKey, next, schedulerId)
rcall('HINCRBY', schedulerKey, 'ic', '1')
rcall('INCR', KEYS[8])
local data = scheduler[2] or '{}'
if not scheduler[2] and not scheduler[6] and ARGV[3] ~= '' and ARGV[3] ~= '{}' then
  data = ARGV[3]
  rcall('HSET', schedulerKey, 'data', data)
end
jobOpts.delay, jobOpts.jobId = math.max(0, slot - now), jobId
storeAndEnqueue(prefix, jobId, scheduler[1], data, jobOpts, cjson.encode(jobOpts), ARGV[5], cap, schedulerId)
return jobId

-- Create the next iteration of a repeatable job as releases before 6.0 define it (an extension: they take two steps).
--
-- KEYS: 1 repeat, 2 delayed, 3 wait, 4 meta, 5 prioritized, 6 marker, 7 id, 8 events, 9 pc, 10 active
-- ARGV: 1 next time (ms), 2 msgpack array of {member of `repeat`, first part of its iterations' ids}, in order of preference,
--       3 name, 4 data (JSON), 5 msgpack map of the iteration's options, 6 delay (ms), 7 now (ms), 8 prefix,
--       9 slot of the producing job (ms), or empty
-- Returns the id of the new iteration; nothing if the definition is gone, has moved on, belongs to a job scheduler, or the
-- iteration exists.
local rcall = redis.call
local repeatKey, metaKey, eventsKey = KEYS[1], KEYS[4], KEYS[8]
local next, members, jobOpts, prefix = ARGV[1], cmsgpack.unpack(ARGV[2]), cmsgpack.unpack(ARGV[5]), ARGV[8]
local producingSlot = tonumber(ARGV[9])

-- include: eventCap
-- include: numberText
-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: delayedScore
-- include: storeAndEnqueue

for _, candidate in ipairs(members) do
  local member, idPrefix = candidate[1], candidate[2]
  local current = rcall('ZSCORE', repeatKey, member)
  if current then
    if rcall('HEXISTS', repeatKey .. ':' .. member, 'ic') == 1 then
      return nil
    end
    -- A job that is taken again has its successor already.
    if producingSlot and tonumber(current) > producingSlot and rcall('EXISTS', prefix .. idPrefix .. current) == 1 then
      return nil
    end
    local cap, jobId = eventCap(metaKey), idPrefix .. next
    rcall('ZADD', repeatKey, next, member)
    if rcall('EXISTS', prefix .. jobId) == 1 then
      rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'duplicated', 'jobId', jobId)
      return nil
    end
    rcall('INCR', KEYS[7])
    jobOpts.delay, jobOpts.jobId = tonumber(ARGV[6]), jobId
    storeAndEnqueue(prefix, jobId, ARGV[3], ARGV[4], jobOpts, cjson.encode(jobOpts), ARGV[7], cap, member)
    return jobId
  end
end
return nil

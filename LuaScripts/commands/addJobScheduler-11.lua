-- Create or redefine a job scheduler and create its next iteration, in the place of a pending one.
--
-- KEYS: 1 repeat, 2 delayed, 3 wait, 4 paused, 5 meta, 6 prioritized, 7 marker, 8 id, 9 events, 10 pc, 11 active
-- ARGV: 1 next time (ms) of a pattern, empty for `every`, 2 msgpack map {name, startDate?, endDate?, tz?, pattern?,
--         every?, limit?, offset?}, 3 scheduler id, 4 template data (JSON), 5 msgpack map of template options,
--       6 msgpack map of the iteration's options, 7 now (ms), 8 prefix, 9 producing job (unused)
-- Returns {id, delay (ms)} of the iteration; -10 its id is taken (pattern), -11 no free slot (every).
local rcall = redis.call
local repeatKey, delayedKey, metaKey, prioritizedKey = KEYS[1], KEYS[2], KEYS[5], KEYS[6]
local definition, schedulerId, templateData = cmsgpack.unpack(ARGV[2]), ARGV[3], ARGV[4]
local templateOpts, jobOpts = cmsgpack.unpack(ARGV[5]), cmsgpack.unpack(ARGV[6])
local now, prefix = tonumber(ARGV[7]), ARGV[8]

-- include: eventCap
-- include: numberText
-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: delayedScore
-- include: storeAndEnqueue
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeJobData
-- include: everySlot
-- include: storeScheduler

local function slotId(millis)
  return 'repeat:' .. schedulerId .. ':' .. millis
end

local cap = eventCap(metaKey)
local previous = rcall('ZSCORE', repeatKey, schedulerId)
local every = definition.every
local offset = definition.offset or jobOpts['repeat'] and jobOpts['repeat'].offset or 0
local next, newOffset = ARGV[1], offset
local isChanged = false
if every then
  isChanged = previous and tonumber(rcall('HGET', repeatKey .. ':' .. schedulerId, 'every')) ~= tonumber(every)
  local slot
  slot, newOffset = everySlot(not isChanged and tonumber(previous) or nil, tonumber(every), now, tonumber(offset),
    definition.startDate)
  next = numberText(slot)
end

-- Take out the pending iteration. While the queue is paused it is looked for in the list `paused`, which only releases
-- before 6.0 fill: an iteration waiting in a paused queue stays.
local isRemoved = false
if previous then
  local pendingId = slotId(previous)
  if rcall('EXISTS', prefix .. pendingId) == 1 then
    if rcall('ZREM', delayedKey, pendingId) == 1 or rcall('ZREM', prioritizedKey, pendingId) == 1 then
      isRemoved = true
    else
      local lineKey = rcall('HEXISTS', metaKey, 'paused') == 1 and KEYS[4] or KEYS[3]
      isRemoved = rcall('LREM', lineKey, '1', pendingId) == 1
    end
    if isRemoved then
      removeJobData(prefix, pendingId)
    end
  end
end
if not isRemoved then
  definition.offset = newOffset
elseif every and not isChanged then
  next = previous
end

local jobId = slotId(next)
if rcall('EXISTS', prefix .. jobId) == 1 then
  if every then
    local slot, isTaken = tonumber(next), true
    for _ = 1, 32 do
      slot = slot + tonumber(every)
      next = numberText(slot)
      jobId = slotId(next)
      isTaken = rcall('EXISTS', prefix .. jobId) == 1
      if not isTaken then
        break
      end
    end
    if isTaken then
      return -11
    end
  elseif not isRemoved then
    return -10
  end
end

local delay = math.max(0, tonumber(next) - now)
storeScheduler(repeatKey, schedulerId, next, definition, templateData, templateOpts)
rcall('INCR', KEYS[8])
jobOpts.delay, jobOpts.jobId = delay, jobId
storeAndEnqueue(prefix, jobId, definition.name, templateData, jobOpts, cjson.encode(jobOpts), ARGV[7], cap, schedulerId)
return {jobId, delay}

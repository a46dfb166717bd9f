-- Extension. Add jobs of any kind, all or none: each as addStandardJob, addDelayedJob or addPrioritizedJob would, one after
-- the other, after a look at what could be in the way of any of them.
--
-- KEYS: 1 wait, 2 prioritized, 3 delayed, 4 meta, 5 id, 6 completed, 7 active, 8 events, 9 marker, 10 pc
-- ARGV: for each job the three of addStandardJob-9
-- Returns for each job what addStandardJob-9 does; or {position, code}, and nothing is done: -5 parent missing, -7 existing
--   job has another living parent. A parent may be one of the jobs before.
local rcall = redis.call
local metaKey, idKey, completedKey, eventsKey = KEYS[4], KEYS[5], KEYS[6], KEYS[8]

-- Keys of jobs that will exist, with the key of their parent or "".
local planned = {}
for at = 1, #ARGV, 3 do
  local input = cmsgpack.unpack(ARGV[at])
  local parentKey = input[5]
  local jobKey = input[2] ~= '' and input[1] .. input[2]
  if parentKey and not planned[parentKey] and rcall('EXISTS', parentKey) == 0 then
    return {(at + 2) / 3, -5}
  end
  if jobKey then
    local exists = planned[jobKey] or rcall('EXISTS', jobKey) == 1
    local former = planned[jobKey] or rcall('HGET', jobKey, 'parentKey')
    if exists and parentKey and former and former ~= parentKey
      and (planned[former] or rcall('EXISTS', former) == 1) then
      return {(at + 2) / 3, -7}
    end
    -- Whether a job with a deduplication id will exist is not known before.
    if exists or not input[9] then
      planned[jobKey] = parentKey or former or ''
    end
  end
end

-- A key of the wrong type has to end the script before it writes.
rcall('LLEN', KEYS[1])
rcall('ZCARD', KEYS[2])
rcall('ZCARD', KEYS[3])
rcall('XLEN', eventsKey)
rcall('ZCARD', KEYS[9])

-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: delayedScore
-- include: numberText
-- include: storeAndEnqueue

-- The blocks end the script that adds one job; here they end the addition of one.
local function add(ARGV)
  local cap = rcall('HGET', metaKey, 'opts.maxLenEvents')
  -- include: openAddition
  if opts.de and opts.de.id then
    local replaces = opts.de.replace
    -- include: deduplicate
  end
  storeAndEnqueue(prefix, jobId, input[3], ARGV[2], opts, cjson.encode(opts), numberText(timestamp), cap, input[8],
    parentKey, parentJSON)
  if input[6] then
    rcall('SADD', input[6], jobKey)
  end
  return jobId
end

local answers = {}
for at = 1, #ARGV, 3 do
  answers[#answers + 1] = add({ARGV[at], ARGV[at + 1], ARGV[at + 2]})
end
return answers

-- Mend one fault of a queue, if it is still there.
--
-- KEYS: 1 prefix
-- ARGV: 1 name of the finding, 2 its subject: a job id, the suffix of a key or a scheduler id, 3 its detail: a child key, 4 now (ms),
--       5 `1` to act, else only tell, 6 `1` if this is the variant for a queue shared with BullMQ 5
-- Returns 1 if the fault was there (and is mended), else 0.
local rcall = redis.call
local prefix, kind, subject, detail, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local acts = ARGV[5] == '1'
local jobKey, metaKey, eventsKey, markerKey = prefix .. subject, prefix .. 'meta', prefix .. 'events', prefix .. 'marker'

-- include: isBlocked
-- include: markNextDelayed
-- include: addWithPriority
-- include: releaseParent
-- include: releaseParentIfWaiting
-- include: delayedScore
-- include: numberText
-- include: eventCap
-- include: storeAndEnqueue
-- include: deleteJobKeys

-- In that variant `wait` and `paused` are one list while the queue is paused.
local isOneLine = ARGV[6] == '1' and rcall('HEXISTS', metaKey, 'paused') == 1
local lists = isOneLine and {'active', 'paused'} or {'active', 'wait', 'paused'}
local sets = {'completed', 'failed', 'prioritized', 'delayed', 'waiting-children'}

-- Names of the structures that hold the job, one for each time.
local function places(id)
  local found = {}
  for _, list in ipairs(lists) do
    for _ = 1, #rcall('LPOS', prefix .. list, id, 'COUNT', '0') do
      found[#found + 1] = list
    end
  end
  for _, set in ipairs(sets) do
    if rcall('ZSCORE', prefix .. set, id) then
      found[#found + 1] = set
    end
  end
  return found
end

local function wakeWorkers()
  if not isBlocked(metaKey, prefix .. 'active') then
    rcall('ZADD', markerKey, '0', '0')
  end
end

local function isHash(key)
  return rcall('TYPE', key).ok == 'hash'
end

-- The parent named by `subject` waits for `detail` no longer.
local function settleChild(result)
  rcall('SREM', jobKey .. ':dependencies', detail)
  if result then
    rcall('HSET', jobKey .. ':processed', detail, result)
  end
  if rcall('SCARD', jobKey .. ':dependencies') == 0 then
    releaseParentIfWaiting(string.sub(prefix, 1, -2), jobKey, subject, tonumber(now))
  end
end

-- Each answers whether the fault is there, and how to mend it.
local faults = {}

function faults.lostJob()
  local job = isHash(jobKey) and rcall('HMGET', jobKey, 'timestamp', 'finishedOn', 'priority', 'delay') or {}
  if not job[1] or job[2] or rcall('HEXISTS', jobKey, 'data') == 0 or #places(subject) > 0 then
    return false
  end
  return true, function()
    local due = tonumber(job[1]) + (tonumber(job[4]) or 0)
    local priority = tonumber(job[3]) or 0
    local cap = eventCap(metaKey)
    if rcall('SCARD', jobKey .. ':dependencies') > 0 then
      rcall('ZADD', prefix .. 'waiting-children', now, subject)
      rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting-children', 'jobId', subject)
    elseif due > tonumber(now) then
      rcall('ZADD', prefix .. 'delayed', (delayedScore(prefix .. 'delayed', due, 0)), subject)
      rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'delayed', 'jobId', subject, 'delay', numberText(due))
      markNextDelayed(prefix .. 'delayed', markerKey)
    else
      if priority > 0 then
        addWithPriority(prefix .. 'prioritized', prefix .. 'pc', priority, subject)
      else
        rcall('LPUSH', prefix .. 'wait', subject)
      end
      wakeWorkers()
      rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting', 'jobId', subject)
    end
  end
end

function faults.leakedJob()
  local isLeaked = isHash(jobKey) and rcall('HEXISTS', jobKey, 'timestamp') == 1
    and rcall('HEXISTS', jobKey, 'finishedOn') == 1 and #places(subject) == 0
  return isLeaked, function()
    deleteJobKeys(jobKey)
    rcall('DEL', jobKey .. ':lock')
  end
end

local function removeFrom(place)
  if place == 'active' or place == 'wait' or place == 'paused' then
    rcall('LREM', prefix .. place, '1', subject)
  else
    rcall('ZREM', prefix .. place, subject)
  end
end

function faults.missingJob()
  local found = places(subject)
  return not isHash(jobKey) and #found > 0, function()
    for _, place in ipairs(found) do
      removeFrom(place)
    end
    rcall('SREM', prefix .. 'stalled', subject)
  end
end
faults.legacyMarker = faults.missingJob

-- The furthest place stays: being processed under a lock, then finished, then the order of `places`.
function faults.duplicatedJob()
  local found = places(subject)
  return #found > 1 and isHash(jobKey), function()
    local kept = 1
    local isFinished = rcall('HEXISTS', jobKey, 'finishedOn') == 1
    if isFinished and not (found[1] == 'active' and rcall('EXISTS', jobKey .. ':lock') == 1) then
      for index = #found, 1, -1 do
        if found[index] == 'completed' or found[index] == 'failed' then
          kept = index
        end
      end
    end
    for index, place in ipairs(found) do
      if index ~= kept then
        removeFrom(place)
      end
    end
  end
end

function faults.unattendedJob()
  local isUnattended = rcall('LPOS', prefix .. 'active', subject) and rcall('EXISTS', jobKey .. ':lock') == 0
    and rcall('SISMEMBER', prefix .. 'stalled', subject) == 0
  return isUnattended, function()
    rcall('SADD', prefix .. 'stalled', subject)
  end
end

function faults.wrongPriority()
  local score = rcall('ZSCORE', prefix .. 'prioritized', subject)
  local priority = score and tonumber(rcall('HGET', jobKey, 'priority'))
  return priority and math.floor(tonumber(score) / 0x100000000) ~= priority, function()
    rcall('ZREM', prefix .. 'prioritized', subject)
    if priority > 0 then
      addWithPriority(prefix .. 'prioritized', prefix .. 'pc', priority, subject)
    else
      rcall('LPUSH', prefix .. 'wait', subject)
    end
    wakeWorkers()
  end
end

function faults.insaneDelay()
  local score = tonumber(rcall('ZSCORE', prefix .. 'delayed', subject) or nil)
  local latest = (tonumber(now) + 100 * 365 * 86400000) * 4096
  return score and (score > latest or score < 0) and isHash(jobKey), function()
    local job = rcall('HMGET', jobKey, 'timestamp', 'delay')
    local due = (tonumber(job[1]) or tonumber(now)) + (tonumber(job[2]) or 0)
    rcall('ZREM', prefix .. 'delayed', subject)
    rcall('ZADD', prefix .. 'delayed', (delayedScore(prefix .. 'delayed', due, 0)), subject)
    markNextDelayed(prefix .. 'delayed', markerKey)
  end
end

function faults.stuckParent()
  local isStuck = rcall('ZSCORE', prefix .. 'waiting-children', subject) and rcall('SCARD', jobKey .. ':dependencies') == 0
  return isStuck and isHash(jobKey), function()
    releaseParentIfWaiting(string.sub(prefix, 1, -2), jobKey, subject, tonumber(now))
  end
end

function faults.deadDependency()
  local child = rcall('HMGET', detail, 'timestamp', 'parentKey')
  local isDead = rcall('SISMEMBER', jobKey .. ':dependencies', detail) == 1
    and not (child[1] and child[2] == jobKey)
  return isDead, settleChild
end

function faults.settledDependency()
  local child = rcall('HMGET', detail, 'parentKey', 'finishedOn', 'returnvalue')
  local isSettled = rcall('SISMEMBER', jobKey .. ':dependencies', detail) == 1
    and child[1] == jobKey and child[2] and child[3]
  return isSettled, function()
    settleChild(child[3])
  end
end

function faults.unknownChild()
  local job = rcall('HMGET', jobKey, 'parentKey', 'ats', 'finishedOn')
  local parentKey = job[1]
  local isUnknown = parentKey and parentKey ~= '' and not job[2] and not job[3] and rcall('EXISTS', parentKey) == 1
    and rcall('HEXISTS', parentKey, 'finishedOn') == 0
    and rcall('SISMEMBER', parentKey .. ':dependencies', jobKey) == 0
  return isUnknown, function()
    rcall('SADD', parentKey .. ':dependencies', jobKey)
  end
end

function faults.orphanedKey()
  local owner = string.match(subject, '^(.*):%a+$')
  return rcall('EXISTS', prefix .. subject) == 1 and rcall('EXISTS', prefix .. owner) == 0, function()
    rcall('DEL', prefix .. subject)
  end
end

-- A deduplication key of a dead job is given up as if that job had finished: a job parked behind it runs now.
local function finishDeduplicationOf(dedupId, jobId)
  local cap = eventCap(metaKey)
  -- include: finishDeduplication
end

function faults.deadDeduplication()
  local owner = rcall('GET', prefix .. subject)
  return owner and rcall('PTTL', prefix .. subject) == -1 and rcall('EXISTS', prefix .. owner) == 0, function()
    finishDeduplicationOf(string.sub(subject, 4), owner)
  end
end

function faults.strandedNextJob()
  local dedupId = string.sub(subject, 4)
  return rcall('EXISTS', prefix .. subject) == 1 and rcall('EXISTS', prefix .. 'de:' .. dedupId) == 0, function()
    finishDeduplicationOf(dedupId, '')
  end
end

-- include: schedulerHealth

function faults.danglingScheduler()
  return schedulerHealth(prefix, subject) == 'danglingScheduler', function()
    rcall('ZREM', prefix .. 'repeat', subject)
  end
end

function faults.orphanedScheduler()
  local isOrphaned = isHash(prefix .. subject) and rcall('HEXISTS', prefix .. subject, 'timestamp') == 0
    and not rcall('ZSCORE', prefix .. 'repeat', string.sub(subject, 8))
  return isOrphaned, function()
    rcall('DEL', prefix .. subject)
  end
end

-- The iteration that is gone is created anew.
function faults.haltedScheduler()
  local problem, slot, definition = schedulerHealth(prefix, subject)
  return problem == 'haltedScheduler', function()
    local jobId = 'repeat:' .. subject .. ':' .. slot
    local opts = definition.opts and cjson.decode(definition.opts) or {}
    opts['repeat'] = {count = tonumber(definition.ic), pattern = definition.pattern, tz = definition.tz}
    for _, name in ipairs({'every', 'limit', 'startDate', 'endDate', 'offset'}) do
      opts['repeat'][name] = tonumber(definition[name])
    end
    opts.jobId, opts.repeatJobKey, opts.timestamp = jobId, subject, tonumber(now)
    opts.delay = math.max(0, tonumber(slot) - tonumber(now))
    opts.prevMillis = definition.pattern and tonumber(slot)
    storeAndEnqueue(prefix, jobId, definition.name, definition.data or '{}', opts, cjson.encode(opts), now,
      eventCap(metaKey), subject)
  end
end

function faults.strandedJobs()
  local isStranded = rcall('EXISTS', prefix .. 'paused') == 1 and rcall('HEXISTS', metaKey, 'paused') == 0
  return isStranded, function()
    -- include: mergePaused
    mergePaused(prefix .. 'paused', prefix .. 'wait')
    wakeWorkers()
  end
end

function faults.splitLine()
  if isOneLine then
    -- Looking at `wait` moved everything to `paused`.
    return rcall('EXISTS', prefix .. 'wait') == 1
  end
  local isSplit = rcall('HEXISTS', metaKey, 'paused') == 1 and rcall('EXISTS', prefix .. 'wait') == 1
    and rcall('EXISTS', prefix .. 'paused') == 1
  return isSplit, function()
    -- include: mergePaused
    mergePaused(prefix .. 'paused', prefix .. 'wait')
  end
end

function faults.missingMarker()
  local isMissing = rcall('EXISTS', prefix .. 'wait', prefix .. 'prioritized') > 0
    and not isBlocked(metaKey, prefix .. 'active') and not rcall('ZSCORE', markerKey, '0')
  return isMissing, wakeWorkers
end

local isThere, mend = faults[kind]()
if isThere and acts and mend then
  mend()
end
return isThere and 1 or 0

-- Remove old jobs of one state. Current iterations of schedulers stay, except finished ones; so do locked active jobs.
--
-- KEYS: 1 list or set of the state, 2 events, 3 repeat
-- ARGV: 1 prefix, 2 newest time to remove (ms), 3 max count (0 = all), 4 state name
-- Returns the removed ids: of a list newest first, of a set oldest first.
local rcall = redis.call
local setKey, repeatKey = KEYS[1], KEYS[3]
local prefix, newest, maxCount, state = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local times = state == 'prioritized' and {'timestamp'} or state == 'delayed' and {'processedOn', 'timestamp'}
  or {'finishedOn', 'processedOn', 'timestamp'}
local removed = {}

-- include: isScheduledIteration
-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeJobData

-- Times are compared as text, as they are stored. A job without any of the fields is old.
local function isOld(jobId)
  for at = 1, #times do
    local value = rcall('HGET', prefix .. jobId, times[at])
    if value then
      return value <= newest
    end
  end
  return true
end

local function isScheduled(jobId)
  return isScheduledIteration(jobId, prefix .. jobId, repeatKey)
end

if state == 'active' or state == 'wait' or state == 'paused' then
  local ids = rcall('LRANGE', setKey, maxCount == 0 and '0' or '-' .. ARGV[3], '-1')
  for index, id in ipairs(ids) do
    local isLocked = state == 'active' and rcall('EXISTS', prefix .. id .. ':lock') == 1
    if not isLocked and not isScheduled(id) and isOld(id) then
      -- Its place is emptied at once and all empty places dropped at the end, in one pass.
      rcall('LSET', setKey, string.format('%d', index - 1 - #ids), '')
      removeJobData(prefix, id)
      removed[#removed + 1] = id
    end
  end
  rcall('LREM', setKey, '0', '')
else
  local isUnfinished = state == 'delayed' or state == 'prioritized'
  local ids
  if maxCount == 0 then
    ids = rcall('ZRANGEBYSCORE', setKey, '0', isUnfinished and '+inf' or newest)
  else
    ids = rcall('ZRANGEBYSCORE', setKey, '0', isUnfinished and '+inf' or newest, 'LIMIT', '0', ARGV[3])
  end
  for _, id in ipairs(ids) do
    if not isUnfinished or not isScheduled(id) and isOld(id) then
      removeJobData(prefix, id)
      removed[#removed + 1] = id
    end
  end
  -- include: removeMembers
  removeMembers(setKey, removed)
end

rcall('XADD', KEYS[2], '*', 'event', 'cleaned', 'count', string.format('%d', #removed))
return removed

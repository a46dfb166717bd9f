-- Remove a job, on request with its children.
--
-- KEYS: 1 job, 2 repeat
-- ARGV: 1 id, 2 `1` with children, 3 prefix
-- Returns 1 (also for an unknown id), 0 if it or a pending child is locked, -8 if it belongs to a job scheduler.
local rcall = redis.call
local jobId, withChildren, prefix = ARGV[1], ARGV[2] == '1', ARGV[3]

-- include: isScheduledIteration
-- include: isBlocked
-- include: eventCap
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeTree

local function isLocked(jobKey)
  if rcall('EXISTS', jobKey .. ':lock') == 1 then
    return true
  end
  if withChildren then
    for _, childKey in ipairs(rcall('SMEMBERS', jobKey .. ':dependencies')) do
      if isLocked(childKey) then
        return true
      end
    end
  end
  return false
end

if isScheduledIteration(jobId, KEYS[1], KEYS[2]) then
  return -8
end
if isLocked(prefix .. jobId) then
  return 0
end
removeTree(prefix, jobId, nil, {descends = withChildren})
return 1

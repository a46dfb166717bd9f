-- Remove the jobs in line, on request also the delayed ones. Current iterations of schedulers stay.
--
-- KEYS: 1 wait, 2 paused, 3 delayed, 4 prioritized, 5 repeat
-- ARGV: 1 prefix, 2 `1` for the delayed jobs too
local prefix = ARGV[1]

-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeJobData
-- include: removeMembers
-- include: removeSlices

local iterations = {}
local schedulers = redis.call('ZRANGE', KEYS[5], '0', '-1', 'WITHSCORES')
for index = 1, #schedulers, 2 do
  iterations['repeat:' .. schedulers[index] .. ':' .. schedulers[index + 1]] = true
end

removeListSlice(KEYS[1], prefix, 0, iterations)
removeListSlice(KEYS[2], prefix, 0, iterations)
if ARGV[2] == '1' then
  removeSortedSlice(KEYS[3], prefix, 0, iterations)
end
removeSortedSlice(KEYS[4], prefix, 0, iterations)
return nil

-- Remove a repeatable job as releases before 6.0 define it, with its pending iteration (an extension). That is found by its
-- field `rjk`, since how its id was made depends on the release that made it.
--
-- KEYS: 1 repeat, 2 delayed, 3 wait, 4 paused, 5 prioritized, 6 events, 7 meta
-- ARGV: 1 member of `repeat`, 2 prefix
-- Returns 0; 1 if there is none; -1 if it is a job scheduler.
local rcall = redis.call
local repeatKey, member, prefix = KEYS[1], ARGV[1], ARGV[2]
local definitionKey = repeatKey .. ':' .. member

-- include: eventCap
-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeTree

if not rcall('ZSCORE', repeatKey, member) then
  return 1
end
if rcall('HEXISTS', definitionKey, 'ic') == 1 then
  return -1
end
for index = 2, 5 do
  local isList = index == 3 or index == 4
  for _, jobId in ipairs(rcall(isList and 'LRANGE' or 'ZRANGE', KEYS[index], '0', '-1')) do
    if string.sub(jobId, 1, 7) == 'repeat:' and rcall('HGET', prefix .. jobId, 'rjk') == member then
      removeTree(prefix, jobId, nil, {})
    end
  end
end
rcall('ZREM', repeatKey, member)
rcall('DEL', definitionKey)
return 0

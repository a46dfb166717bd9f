-- Give a job another priority. A waiting job moves to its new place; a job in any other state keeps its place.
--
-- KEYS: 1 wait, 2 paused (unused), 3 meta, 4 prioritized, 5 active, 6 pc, 7 marker
-- ARGV: 1 priority, 2 prefix, 3 id, 4 `1` to be the next of its class
-- Returns 0, -1 job missing.
local rcall = redis.call
local waitKey, prioritizedKey = KEYS[1], KEYS[4]
local priority, jobId, isNext = tonumber(ARGV[1]), ARGV[3], ARGV[4] == '1'
local jobKey = ARGV[2] .. jobId

if rcall('EXISTS', jobKey) == 0 then
  return -1
end

-- include: isBlocked
-- include: addWithPriority

if rcall('ZREM', prioritizedKey, jobId) == 1 or rcall('LREM', waitKey, '-1', jobId) == 1 then
  if priority == 0 then
    rcall(isNext and 'RPUSH' or 'LPUSH', waitKey, jobId)
  elseif isNext then
    rcall('ZADD', prioritizedKey, priority * 0x100000000, jobId)
  else
    addWithPriority(prioritizedKey, KEYS[6], priority, jobId)
  end
  if not (priority > 0 and isNext) and not isBlocked(KEYS[3], KEYS[5]) then
    rcall('ZADD', KEYS[7], '0', '0')
  end
end
rcall('HSET', jobKey, 'priority', ARGV[1])
return 0

-- Extension. Complete several active jobs that keep all their traces, and take jobs with the tokens of some of them and with
-- further tokens: each as moveToFinished or moveToActive would, one after the other.
--
-- KEYS: 1 wait, 2 active, 3 prioritized, 4 events, 5 stalled, 6 delayed, 7 meta, 8 pc, 9 completed, 10 marker
-- ARGV: 1 prefix, 2 now (ms), 3 lock duration (ms), 4 name of the worker or "",
--       5 one digit for each job to complete: 1 if it was fresh when it was taken, that is, it had no fields but the six of
--         its addition and those that taking wrote; else 0
--       6 how many of them, the first ones, take a successor,
--       then for each job to complete: id, token, result (JSON); then the tokens of further takes
-- Returns 0 if the queue is unusual (paused, limited, markers of old releases in `wait`): nothing was completed or taken.
--   Else {positions of jobs for which nothing was done, due time of the next delayed job or 0, taken...}: jobs go to
--   the takers in their order, each as two elements: its id and {fields}, or for a fresh one, which has neither delay nor
--   priority, {name, data, opts, timestamp}.
local rcall, format = redis.call, string.format
local waitKey, activeKey, prioritizedKey, eventsKey, delayedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[6]
local metaKey, completedKey, markerKey = KEYS[7], KEYS[9], KEYS[10]
local prefix, now, workerName = ARGV[1], ARGV[2], ARGV[4]
local freshness, finishCount, successorCount = ARGV[5], #ARGV[5], tonumber(ARGV[6])
local tokensAt = 6 + finishCount * 3
local wanted = successorCount + #ARGV - tokensAt
local freshFields = workerName == '' and 8 or 9

local settings = rcall('HMGET', metaKey, 'opts.maxLenEvents', 'paused', 'concurrency', 'max')
if settings[2] or settings[3] or settings[4] then
  return 0
end

-- Everything that may fail is read before anything is written.
rcall('SCARD', KEYS[5])
rcall('ZCARD', completedKey)
rcall('ZCARD', markerKey)
rcall('XLEN', eventsKey)
rcall('LLEN', activeKey)

-- What can be taken, in the order of taking, with the fields of fresh jobs.
local nextIds, nextJobs = {}, {}
local waiting, nextScore = 0, nil
if wanted > 0 then
  local head = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')
  nextScore = head[2] and tonumber(head[2])
  if nextScore and nextScore <= (tonumber(now) + 1) * 4096 - 1 then
    -- include: promoteDelayed
    promoteDelayed(delayedKey, waitKey, prioritizedKey, KEYS[8], markerKey, eventsKey, prefix, tonumber(now), false)
    head = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')
    nextScore = head[2] and tonumber(head[2])
  end
  local line = rcall('LRANGE', waitKey, format('%d', -wanted), '-1')
  waiting = #line
  for index = 1, waiting do
    local id = line[waiting + 1 - index]
    if string.sub(id, 1, 2) == '0:' then
      return 0
    end
    nextIds[index] = id
  end
  if waiting < wanted then
    for _, id in ipairs(rcall('ZRANGE', prioritizedKey, '0', format('%d', wanted - waiting - 1))) do
      nextIds[#nextIds + 1] = id
    end
  end
  for index = 1, #nextIds do
    local jobKey = prefix .. nextIds[index]
    nextJobs[index] = false
    if rcall('HLEN', jobKey) == 6 and index <= waiting then
      local job = rcall('HMGET', jobKey, 'name', 'data', 'opts', 'timestamp')
      if job[1] and job[2] and job[3] and job[4] then
        nextJobs[index] = job
      end
    end
  end
end

-- From here on jobs leave `active`: those that are as usual are completed, the others are left as they are.
local refused, jobKeys, attempts = {}, {}, {}
local takers, accepted = {}, 0
if finishCount > 0 then
  local lockKeys, childKeys = {}, {}
  for index = 1, finishCount do
    local jobKey = prefix .. ARGV[index * 3 + 4]
    jobKeys[index] = jobKey
    lockKeys[index] = jobKey .. ':lock'
    childKeys[index * 2 - 1] = jobKey .. ':dependencies'
    childKeys[index * 2] = jobKey .. ':unsuccessful'
  end
  local holders = rcall('MGET', unpack(lockKeys))
  local haveChildren = rcall('EXISTS', unpack(childKeys)) > 0
  for index = 1, finishCount do
    local at = index * 3 + 4
    local attempt = holders[index] == ARGV[at + 1] and '1'
    if attempt and haveChildren and rcall('EXISTS', childKeys[index * 2 - 1], childKeys[index * 2]) > 0 then
      attempt = false
    end
    if attempt then
      local fields = rcall('HLEN', jobKeys[index])
      -- Fields are only ever added to an active job: their number tells that a fresh one has no parent, no deduplication
      -- id and no earlier attempt.
      if string.byte(freshness, index) ~= 49 or fields ~= freshFields then
        local job = rcall('HMGET', jobKeys[index], 'parentKey', 'parent', 'deid', 'atm')
        attempt = fields > 0 and not (job[1] or job[2] or job[3]) and format('%d', (tonumber(job[4]) or 0) + 1)
      end
    end
    if attempt and rcall('LREM', activeKey, '-1', ARGV[at]) == 1 then
      attempts[index] = attempt
      accepted = accepted + 1
      if index <= successorCount then
        takers[#takers + 1] = ARGV[at + 1]
      end
    else
      attempts[index] = false
      refused[#refused + 1] = index
    end
  end
end
local successors = #takers
for at = tokensAt + 1, #ARGV do
  takers[#takers + 1] = ARGV[at]
end

local takenCount = math.min(#nextIds, #takers)
if takenCount > 0 then
  local fromLine = math.min(waiting, takenCount)
  if fromLine > 0 then
    rcall('LTRIM', waitKey, '0', format('%d', -fromLine - 1))
  end
  if takenCount > fromLine then
    rcall('ZREM', prioritizedKey, unpack(nextIds, fromLine + 1, takenCount))
  end
  rcall('LPUSH', activeKey, unpack(nextIds, 1, takenCount))
  rcall('ZADD', markerKey, '0', '0')
end
if takenCount < #takers then
  rcall('DEL', KEYS[8])
end

if accepted > 0 then
  local cap = settings[1]
  if not cap then
    cap = '10000'
    rcall('HSET', metaKey, 'opts.maxLenEvents', cap)
  end
  rcall('XTRIM', eventsKey, 'MAXLEN', '~', cap)
  local lockKeys, ids, scores = {}, {}, {}
  for index = 1, finishCount do
    if attempts[index] then
      local count, id = #ids + 1, ARGV[index * 3 + 4]
      lockKeys[count] = jobKeys[index] .. ':lock'
      ids[count] = id
      scores[count * 2 - 1] = now
      scores[count * 2] = id
    end
  end
  rcall('DEL', unpack(lockKeys))
  rcall('SREM', KEYS[5], unpack(ids))
  rcall('ZADD', completedKey, unpack(scores))
end

local reply = {refused, 0}
local finish, taken = 0, 0
repeat
  -- Each completion is followed by the activation that belongs to it, as in single calls.
  local takes = taken < takenCount
  if finish < finishCount then
    finish = finish + 1
    if attempts[finish] then
      local at = finish * 3 + 4
      rcall('HSET', jobKeys[finish], 'returnvalue', ARGV[at + 2], 'finishedOn', now, 'atm', attempts[finish])
      rcall('XADD', eventsKey, '*', 'event', 'completed', 'jobId', ARGV[at], 'returnvalue', ARGV[at + 2],
        'prev', 'active')
      takes = takes and taken < successors
    else
      takes = false
    end
  end
  if takes then
    taken = taken + 1
    local id, job = nextIds[taken], nextJobs[taken]
    local jobKey = prefix .. id
    rcall('SET', jobKey .. ':lock', takers[taken], 'PX', ARGV[3])
    rcall('XADD', eventsKey, '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
    if job then
      if workerName == '' then
        rcall('HSET', jobKey, 'processedOn', now, 'ats', '1')
      else
        rcall('HSET', jobKey, 'processedOn', now, 'ats', '1', 'pb', workerName)
      end
    else
      rcall('HSET', jobKey, 'processedOn', now)
      -- A counter that is not a number must not end the script half-way.
      redis.pcall('HINCRBY', jobKey, 'ats', '1')
      if workerName ~= '' then
        rcall('HSET', jobKey, 'pb', workerName)
      end
      job = {rcall('HGETALL', jobKey)}
    end
    reply[taken * 2 + 1], reply[taken * 2 + 2] = id, job
  end
until finish >= finishCount and taken >= takenCount

if nextScore and takenCount < #takers then
  reply[2] = nextScore / 4096
end
if accepted > 0 and takenCount == 0 and not (successors > 0 and nextScore)
  and rcall('EXISTS', waitKey, activeKey, prioritizedKey) == 0 then
  rcall('XADD', eventsKey, '*', 'event', 'drained')
end
return reply

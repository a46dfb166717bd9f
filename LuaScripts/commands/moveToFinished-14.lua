-- Finish an active job as completed or failed; on request hand out the next one.
--
-- KEYS: 1 wait, 2 active, 3 prioritized, 4 events, 5 stalled, 6 limiter, 7 delayed, 8 paused (unused), 9 meta, 10 pc,
--       11 completed or failed, 12 job, 13 metrics of the target, 14 marker
-- ARGV: 1 id, 2 now (ms), 3 `returnvalue` or `failedReason`, 4 its value, 5 `completed` or `failed`,
--       6 `1` to fetch the next job, 7 prefix,
--       8 msgpack map {token, keepJobs {count?, age? (s), limit?}, attempts, maxMetricsSize ("" = none), and for the
--         fetch lockDuration, limiter?, name?}
--       9 msgpack array {field, value, ...} to write, or empty
-- Returns 0 or the reply of moveToActive; -1 job missing, -2 lock missing, -3 not active, -4 pending children,
--   -6 lock of another token, -9 failed children. After -3 the lock is released and the fields are written.
local rcall = redis.call
local waitKey, activeKey, prioritizedKey, eventsKey, stalledKey, limiterKey, delayedKey, _, metaKey, pcKey, finishedKey,
  jobKey, metricsKey, markerKey = unpack(KEYS)
local jobId, now, resultField, result, target, fetches, prefix, packedOpts, packedFields = unpack(ARGV)
local opts = cmsgpack.unpack(packedOpts)

-- The job counts three times, so one reply tells it from its pending (dependencies) and failed children.
local dependenciesKey = jobKey .. ':dependencies'
if target == 'completed' then
  local found = rcall('EXISTS', jobKey, jobKey, jobKey, dependenciesKey, jobKey .. ':unsuccessful')
  if found < 3 then
    return -1
  end
  if found > 3 then
    return rcall('EXISTS', dependenciesKey) == 1 and -4 or -9
  end
elseif rcall('EXISTS', jobKey) == 0 then
  return -1
end

local token = opts.token
if token ~= '0' then
  local lockKey = jobKey .. ':lock'
  local holder = rcall('GET', lockKey)
  if holder ~= token then
    return holder and -6 or -2
  end
  rcall('DEL', lockKey)
  rcall('SREM', stalledKey, jobId)
end

if packedFields and packedFields ~= '' then
  -- include: updateFields
  updateFields(jobKey, packedFields)
end

local job = rcall('HMGET', jobKey, 'parentKey', 'parent', 'deid', 'atm')
local parentKey, dedupId = job[1], job[3]
local parent = job[2] and cjson.decode(job[2])
if rcall('LREM', activeKey, '-1', jobId) == 0 then
  return -3
end

local settings = rcall('HMGET', metaKey, 'opts.maxLenEvents', 'paused', 'concurrency', 'max')
local cap, paused, concurrency, globalMax = settings[1], settings[2], settings[3], settings[4]
if not cap then
  cap = '10000'
  rcall('HSET', metaKey, 'opts.maxLenEvents', cap)
end
rcall('XTRIM', eventsKey, 'MAXLEN', '~', cap)

if dedupId then
  -- include: finishDeduplication
end
if parentKey or parent then
  -- include: settleWithParent
end

local attemptsMade = (tonumber(job[4]) or 0) + 1
local keepJobs = opts.keepJobs
if keepJobs.count == 0 then
  -- include: isBlocked
  -- include: deleteJobKeys
  -- include: livingParent
  -- include: detachChild
  deleteJobKeys(jobKey)
  if parentKey and parentKey ~= '' then
    detachChild(jobKey, parentKey)
  end
else
  rcall('ZADD', finishedKey, now, jobId)
  rcall('HSET', jobKey, resultField, result, 'finishedOn', now, 'atm', string.format('%d', attemptsMade))
  if target == 'failed' then
    rcall('HDEL', jobKey, 'defa')
  end
  if keepJobs.age or keepJobs.count and keepJobs.count > 0 then
    -- include: retainFinished
  end
end

rcall('XADD', eventsKey, '*', 'event', target, 'jobId', jobId, resultField, result, 'prev', 'active')
if target == 'failed' and attemptsMade >= opts.attempts then
  rcall('XADD', eventsKey, '*', 'event', 'retries-exhausted', 'jobId', jobId,
    'attemptsMade', string.format('%d', attemptsMade))
end

local maxDataPoints = opts.maxMetricsSize
if maxDataPoints ~= '' then
  -- include: recordMetrics
end

if fetches == '1' then
  local isPoll = false
  -- include: fetchNextJob
  if reply then
    return reply
  end
end

if rcall('EXISTS', waitKey, activeKey, prioritizedKey) == 0 then
  rcall('XADD', eventsKey, '*', 'event', 'drained')
end
return 0

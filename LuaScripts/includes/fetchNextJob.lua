-- Fetch the next job (a block).
-- Reads rcall, prefix, now (text), opts, waitKey, activeKey, prioritizedKey, delayedKey, limiterKey, metaKey, pcKey,
-- markerKey, eventsKey; `paused`, `concurrency`, `globalMax` as read from `meta`; `isPoll`: true in moveToActive.
-- Sets reply: {job fields, id, 0, 0}, {0, 0, rate limit ms, 0}, {0, 0, 0, due ms}, {0, 0, 0, 0} when blocked, or nil
-- when there is neither a job nor a delayed one.
local reply
repeat
  local blocked = paused or concurrency and rcall('LLEN', activeKey) >= tonumber(concurrency)

  -- One look at the head of `delayed` answers "is anything due" and "when is the next due".
  local nextScore = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')[2]
  local hasPromoted = false
  if nextScore and tonumber(nextScore) <= (tonumber(now) + 1) * 4096 - 1 then
    -- include: promoteDelayed
    promoteDelayed(delayedKey, waitKey, prioritizedKey, pcKey, markerKey, eventsKey, prefix, tonumber(now), blocked)
    hasPromoted = true
  end

  -- The queue's maximum beats the worker's, the worker's duration beats the queue's.
  local maxJobs = globalMax and tonumber(globalMax) or opts.limiter and opts.limiter.max
  if maxJobs and maxJobs <= (tonumber(rcall('GET', limiterKey)) or 0) then
    local ttl = rcall('PTTL', limiterKey)
    if ttl == 0 then
      rcall('DEL', limiterKey)
    elseif ttl > 0 then
      reply = {0, 0, ttl, 0}
      break
    end
  end
  if blocked then
    reply = {0, 0, 0, 0}
    break
  end

  local nextId = rcall('RPOPLPUSH', waitKey, activeKey)
  local looksAtPrioritized = true
  if nextId and nextId:sub(1, 2) == '0:' then
    -- A marker of the releases before 5.0, not a job.
    rcall('LREM', activeKey, '1', nextId)
    if isPoll then
      nextId = rcall('RPOPLPUSH', waitKey, activeKey)
    else
      looksAtPrioritized = nextId == '0:0'
      nextId = false
    end
  end
  if not nextId and looksAtPrioritized then
    nextId = rcall('ZPOPMIN', prioritizedKey)[1]
    if nextId then
      rcall('LPUSH', activeKey, nextId)
    else
      rcall('DEL', pcKey)
    end
  end
  if not nextId then
    if hasPromoted then
      nextScore = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')[2]
    end
    if nextScore then
      reply = {0, 0, 0, tonumber(nextScore) / 4096}
    end
    break
  end

  local nextKey = prefix .. nextId
  -- A job that only has to fail takes no slot of the rate limit.
  if maxJobs and rcall('HEXISTS', nextKey, 'defa') == 0 and rcall('INCR', limiterKey) == 1 then
    local window = opts.limiter and opts.limiter.duration or rcall('HGET', metaKey, 'duration')
    rcall('PEXPIRE', limiterKey, string.format('%.0f', math.floor(math.abs(window))))
  end
  if opts.token ~= '0' then
    rcall('SET', nextKey .. ':lock', opts.token, 'PX', string.format('%d', opts.lockDuration))
  end
  rcall('XADD', eventsKey, '*', 'event', 'active', 'jobId', nextId, 'prev', 'waiting')

  -- A first start only adds fields, which are then added to the reply here: that costs less than reading them back.
  local job, name = rcall('HGETALL', nextKey), opts.name
  local hasStarted = false
  for at = #job - 1, 1, -2 do
    if job[at] == 'ats' then
      hasStarted = true
      break
    end
  end
  local added
  if hasStarted then
    rcall('HINCRBY', nextKey, 'ats', '1')
  elseif name then
    added = rcall('HSET', nextKey, 'processedOn', now, 'ats', '1', 'pb', name)
  else
    added = rcall('HSET', nextKey, 'processedOn', now, 'ats', '1')
  end
  if added == (name and 3 or 2) then
    local count = #job
    job[count + 1], job[count + 2], job[count + 3], job[count + 4] = 'processedOn', now, 'ats', '1'
    if name then
      job[count + 5], job[count + 6] = 'pb', name
    end
  else
    rcall('HSET', nextKey, 'processedOn', now)
    if name then
      rcall('HSET', nextKey, 'pb', name)
    end
    job = rcall('HGETALL', nextKey)
  end
  rcall('ZADD', markerKey, '0', '0')
  reply = {job, nextId, 0, 0}
until true

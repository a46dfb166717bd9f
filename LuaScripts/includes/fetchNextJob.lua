-- Fetch the next job (a block).
-- Reads rcall, prefix, now (text), opts, waitKey, activeKey, prioritizedKey, delayedKey, limiterKey, metaKey, pcKey,
-- markerKey, eventsKey; `paused`, `concurrency`, `globalMax` as read from `meta`; `isPoll`: true in moveToActive.
-- Sets reply: {job fields, id, 0, 0}, {0, 0, rate limit ms, 0}, {0, 0, 0, due ms}, {0, 0, 0, 0} when blocked, or nil
-- when there is neither a job nor a delayed one.
local reply
repeat
  local blocked = paused or concurrency and rcall('LLEN', activeKey) >= tonumber(concurrency)

  -- One look at the head of `delayed` answers "is anything due" and "when is the next due".
  local head = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')
  local nextScore = head[2] and tonumber(head[2])
  if nextScore and nextScore <= (tonumber(now) + 1) * 4096 - 1 then
    -- include: promoteDelayed
    promoteDelayed(delayedKey, waitKey, prioritizedKey, pcKey, markerKey, eventsKey, prefix, tonumber(now), blocked)
    head = rcall('ZRANGE', delayedKey, '0', '0', 'WITHSCORES')
    nextScore = head[2] and tonumber(head[2])
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
  if nextId and string.sub(nextId, 1, 2) == '0:' then
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
    if nextScore then
      reply = {0, 0, 0, nextScore / 4096}
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
  if opts.name then
    rcall('HSET', nextKey, 'processedOn', now, 'pb', opts.name)
  else
    rcall('HSET', nextKey, 'processedOn', now)
  end
  rcall('HINCRBY', nextKey, 'ats', '1')
  rcall('ZADD', markerKey, '0', '0')
  reply = {rcall('HGETALL', nextKey), nextId, 0, 0}
until true

-- Store a job and put it where its options send it. `timestamp` is decimal text. A job in the way is written over.
-- Needs isBlocked, markNextDelayed, addWithPriority, delayedScore, numberText.
local function storeAndEnqueue(prefix, jobId, name, data, opts, optsJSON, timestamp, cap, schedulerId, parentKey,
  parentJSON)
  local jobKey, eventsKey = prefix .. jobId, prefix .. 'events'
  local delay, priority = opts.delay or 0, opts.priority or 0
  redis.call('HSET', jobKey, 'name', name, 'data', data, 'opts', optsJSON, 'timestamp', timestamp,
    'delay', numberText(delay), 'priority', numberText(priority))
  if parentKey then
    redis.call('HSET', jobKey, 'parentKey', parentKey, 'parent', parentJSON)
  end
  if schedulerId then
    redis.call('HSET', jobKey, 'rjk', schedulerId)
  end
  if opts.de and opts.de.id then
    redis.call('HSET', jobKey, 'deid', opts.de.id)
  end
  redis.call('XADD', eventsKey, '*', 'event', 'added', 'jobId', jobId, 'name', name)

  if delay ~= 0 then
    local delayedKey = prefix .. 'delayed'
    local score, due = delayedScore(delayedKey, tonumber(timestamp), delay)
    redis.call('ZADD', delayedKey, score, jobId)
    redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'delayed', 'jobId', jobId,
      'delay', numberText(due))
    markNextDelayed(delayedKey, prefix .. 'marker')
    return
  end
  if priority > 0 then
    addWithPriority(prefix .. 'prioritized', prefix .. 'pc', priority, jobId)
  else
    redis.call(opts.lifo and 'RPUSH' or 'LPUSH', prefix .. 'wait', jobId)
  end
  if not isBlocked(prefix .. 'meta', prefix .. 'active') then
    redis.call('ZADD', prefix .. 'marker', '0', '0')
  end
  redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting', 'jobId', jobId)
end

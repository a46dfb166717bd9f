-- Store the job (a block): writes its hash and announces it.
-- Reads rcall, input, data, opts, timestamp, jobId, jobKey, parentKey, parentJSON, eventsKey. Sets delay and priority.
local delay, priority = opts.delay or 0, opts.priority or 0
do
  -- Whole numbers are written as text made here: cheaper than handing numbers over, and never with an exponent.
  local timestampText, delayText, priorityText = timestamp, delay, priority
  if timestamp % 1 == 0 and timestamp < 1e15 then
    timestampText = string.format('%d', timestamp)
  end
  if delay == 0 then
    delayText = '0'
  elseif delay % 1 == 0 and delay < 1e15 then
    delayText = string.format('%d', delay)
  end
  if priority == 0 then
    priorityText = '0'
  elseif priority % 1 == 0 and priority < 1e15 then
    priorityText = string.format('%d', priority)
  end
  rcall('HSET', jobKey, 'name', input[3], 'data', data, 'opts', cjson.encode(opts), 'timestamp', timestampText,
    'delay', delayText, 'priority', priorityText)
  if parentKey then
    rcall('HSET', jobKey, 'parentKey', parentKey, 'parent', parentJSON)
  end
  if input[8] then
    rcall('HSET', jobKey, 'rjk', input[8])
  end
  if opts.de and opts.de.id then
    rcall('HSET', jobKey, 'deid', opts.de.id)
  end
end
rcall('XADD', eventsKey, '*', 'event', 'added', 'jobId', jobId, 'name', input[3])

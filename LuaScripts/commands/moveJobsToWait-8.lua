-- Put many failed, completed or delayed jobs into the line, oldest first. Priorities are ignored.
--
-- KEYS: 1 prefix, 2 events, 3 set of the state, 4 wait, 5 paused (unused), 6 meta, 7 active, 8 marker
-- ARGV: 1 max count, 2 upper bound of the score, 3 `failed`, `completed` or `delayed`
-- Returns 1 if there may be more, else 0.
local rcall = redis.call
local prefix, eventsKey, setKey, waitKey, metaKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[6]
local maxCount, state = tonumber(ARGV[1]), ARGV[3]

-- include: isBlocked
-- include: eventCap
-- include: returnToParent

local ids = rcall('ZRANGEBYSCORE', setKey, '0', ARGV[2], 'LIMIT', '0', ARGV[1])
if #ids > 0 then
  if state ~= 'delayed' then
    local resultField = state == 'failed' and 'failedReason' or 'returnvalue'
    for _, id in ipairs(ids) do
      rcall('HDEL', prefix .. id, 'finishedOn', 'processedOn', resultField)
      returnToParent(prefix .. id, state)
    end
  end
  local cap = eventCap(metaKey)
  for _, id in ipairs(ids) do
    rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'waiting', 'jobId', id, 'prev', state)
  end
  for first = 1, #ids, 7000 do
    local last = math.min(first + 6999, #ids)
    rcall('ZREM', setKey, unpack(ids, first, last))
    rcall('LPUSH', waitKey, unpack(ids, first, last))
  end
  if not isBlocked(metaKey, KEYS[7]) then
    rcall('ZADD', KEYS[8], '0', '0')
  end
end
return maxCount - #ids <= 0 and 1 or 0

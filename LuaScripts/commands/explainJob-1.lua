-- Everything that decides whether a job runs.
--
-- KEYS: 1 prefix
-- ARGV: 1 id
-- Returns {field, value, ...}; values that are absent are left out:
--   of the job `exists`, `finishedOn`, `delay`, `priority`, `defa`, `rjk`, `deid`; `completed`, `failed`, `delayed`,
--   `prioritized`, `waiting-children`: its score; `wait`, `paused`, `active`: its position from the end that is next;
--   `ahead`: how many of its priority are ahead; `lock`: ms, -2 none; `stalled`: 1 if suspected; `slot`: of its scheduler;
--   `owner`: of its deduplication id; `parked`: 1 if a job is parked behind it; `pending`, `unsuccessful`: numbers of
--   children; `child`: some pending ones, each; of the queue `isPaused`, `concurrency`, `max`, `waiting`, `activeCount`,
--   `started`, `limitTTL`; `working`: 1 if one of some active jobs is locked.
local rcall = redis.call
local prefix, id = KEYS[1], ARGV[1]
local jobKey = prefix .. id
local reply = {}

local function tell(name, value)
  if value then
    reply[#reply + 1] = name
    reply[#reply + 1] = value
  end
end

if rcall('TYPE', jobKey).ok == 'hash' and rcall('HEXISTS', jobKey, 'timestamp') == 1 then
  tell('exists', 1)
  local names = {'finishedOn', 'delay', 'priority', 'defa', 'rjk', 'deid'}
  local fields = rcall('HMGET', jobKey, unpack(names))
  for index, name in ipairs(names) do
    tell(name, fields[index])
  end
  tell('slot', fields[5] and rcall('ZSCORE', prefix .. 'repeat', fields[5]))
  if fields[6] then
    tell('owner', rcall('GET', prefix .. 'de:' .. fields[6]))
    tell('parked', rcall('EXISTS', prefix .. 'dn:' .. fields[6]))
  end
  tell('pending', rcall('SCARD', jobKey .. ':dependencies'))
  tell('unsuccessful', rcall('ZCARD', jobKey .. ':unsuccessful'))
  for index, childKey in ipairs(rcall('SSCAN', jobKey .. ':dependencies', '0', 'COUNT', '10')[2]) do
    if index > 10 then
      break
    end
    tell('child', childKey)
  end
end
for _, set in ipairs({'completed', 'failed', 'delayed', 'prioritized', 'waiting-children'}) do
  tell(set, rcall('ZSCORE', prefix .. set, id))
end
for _, list in ipairs({'wait', 'paused', 'active'}) do
  local position = rcall('LPOS', prefix .. list, id, 'RANK', '-1')
  tell(list, position and rcall('LLEN', prefix .. list) - 1 - position)
end
tell('ahead', rcall('ZRANK', prefix .. 'prioritized', id))
tell('lock', rcall('PTTL', jobKey .. ':lock'))
tell('stalled', rcall('SISMEMBER', prefix .. 'stalled', id))
local settings = rcall('HMGET', prefix .. 'meta', 'paused', 'concurrency', 'max')
tell('isPaused', settings[1] and 1)
tell('concurrency', settings[2])
tell('max', settings[3])
tell('waiting', rcall('LLEN', prefix .. 'wait'))
tell('activeCount', rcall('LLEN', prefix .. 'active'))
for _, activeId in ipairs(rcall('LRANGE', prefix .. 'active', '0', '9')) do
  if rcall('EXISTS', prefix .. activeId .. ':lock') == 1 then
    tell('working', 1)
    break
  end
end
tell('started', rcall('GET', prefix .. 'limiter'))
tell('limitTTL', rcall('PTTL', prefix .. 'limiter'))
return reply

-- Extension. Add several jobs without delay, parent and deduplication, each as addStandardJob or addPrioritizedJob would,
-- one after the other.
--
-- KEYS: 1 wait, 2 prioritized, 3 meta, 4 id, 5 active, 6 events, 7 marker, 8 pc
-- ARGV: 1 prefix, 2 one digit for each job, the sum of what follows for it: 1 custom id, 2 options, 4 timestamp,
--       then for each job: custom id?, name, data (JSON), msgpack map of options with short names?, timestamp?
--       What does not follow is as for the job before; an id is made.
-- Returns for each job its id; false if nothing was done for it, since a job with its custom id exists, or its key holds
--   something else than a job.
local rcall, format = redis.call, string.format
local prefix, parts, waitKey, eventsKey = ARGV[1], ARGV[2], KEYS[1], KEYS[6]
local settings = rcall('HMGET', KEYS[3], 'opts.maxLenEvents', 'paused', 'concurrency')
local cap, concurrency = settings[1], settings[3]
local jobCount = #parts

-- A key of the wrong type has to end the script before it writes.
rcall('LLEN', waitKey)
rcall('ZCARD', KEYS[2])
rcall('XLEN', eventsKey)
rcall('ZCARD', KEYS[7])

local isRefused, stored = {}, jobCount
if string.find(parts, '[1357]') then
  local customKeys, at = {}, 3
  for index = 1, jobCount do
    local part = string.byte(parts, index) - 48
    if part % 2 == 1 then
      local key = prefix .. ARGV[at]
      if customKeys[key] or rcall('EXISTS', key) == 1 then
        isRefused[index] = true
        stored = stored - 1
      end
      customKeys[key] = true
      at = at + 1
    end
    at = at + (part >= 4 and 3 or 2) + (part % 4 >= 2 and 1 or 0)
  end
end

local answers, line = {}, {}
if stored > 0 then
  if not cap then
    cap = '10000'
    rcall('HSET', KEYS[3], 'opts.maxLenEvents', cap)
  end
  local counter = rcall('INCRBY', KEYS[4], format('%d', stored)) - stored
  local optsJSON, priority, priorityText, isLifo, timestamp
  local at = 3
  for index = 1, jobCount do
    local part = string.byte(parts, index) - 48
    local id
    if part % 2 == 1 then
      id = ARGV[at]
      at = at + 1
    end
    local name, data = ARGV[at], ARGV[at + 1]
    at = at + 2
    if part % 4 >= 2 then
      local opts = cmsgpack.unpack(ARGV[at])
      optsJSON = cjson.encode(opts)
      priority, isLifo = opts.priority or 0, opts.lifo
      priorityText = format('%d', priority)
      at = at + 1
    end
    if part >= 4 then
      timestamp = ARGV[at]
      at = at + 1
    end
    if isRefused[index] then
      answers[index] = false
    else
      counter = counter + 1
      id = id or format('%d', counter)
      local written = redis.pcall('HSET', prefix .. id, 'name', name, 'data', data, 'opts', optsJSON,
        'timestamp', timestamp, 'delay', '0', 'priority', priorityText)
      if type(written) == 'table' then
        answers[index] = false
      else
        answers[index] = id
        rcall('XADD', eventsKey, '*', 'event', 'added', 'jobId', id, 'name', name)
        if priority > 0 then
          local score = priority * 0x100000000 + rcall('INCR', KEYS[8]) % 0x100000000
          rcall('ZADD', KEYS[2], score < 0x20000000000000 and format('%.0f', score) or score, id)
        elseif isLifo then
          rcall('RPUSH', waitKey, id)
        else
          line[#line + 1] = id
        end
        rcall('XADD', eventsKey, '*', 'event', 'waiting', 'jobId', id)
      end
    end
  end
  if #line > 0 then
    rcall('LPUSH', waitKey, unpack(line))
  end
  if not (settings[2] or concurrency and rcall('LLEN', KEYS[5]) >= tonumber(concurrency)) then
    rcall('ZADD', KEYS[7], '0', '0')
  end
  rcall('XTRIM', eventsKey, 'MAXLEN', '~', cap)
else
  for index = 1, jobCount do
    answers[index] = false
  end
end
return answers

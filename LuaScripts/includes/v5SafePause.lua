-- Stands before a script in its variant for queues that clients of BullMQ 5 pause and resume (protocol: versions, 2.6).
-- Those rename `wait` to `paused` and back, over whatever is there. So nothing may be in `wait` while a queue is paused:
-- whatever a script does with `wait` then, it does with `paused`, after what others left in `wait` was moved there. For
-- the queue whose `meta` is among the keys, that is moved at the start of every script.
local server = redis
local redis = setmetatable({}, {__index = redis})
do
  -- For each queue met, by its prefix: whether it is paused, and `wait` thus empty.
  local isHeld = {}
  local listCommands = {
    EXISTS = true, LINDEX = true, LLEN = true, LPOP = true, LPOS = true, LPUSH = true, LRANGE = true, LREM = true,
    LSET = true, LTRIM = true, RPOP = true, RPUSH = true, TYPE = true,
  }

  -- Younger jobs are on the left: those of `wait` come before those of `paused`.
  local function sweep(prefix)
    local waitKey, pausedKey = prefix .. 'wait', prefix .. 'paused'
    if server.call('EXISTS', waitKey) == 0 then
      return
    end
    if server.call('EXISTS', pausedKey) == 0 then
      server.call('RENAME', waitKey, pausedKey)
      return
    end
    local ids = server.call('LRANGE', waitKey, '0', '-1')
    for last = #ids, 1, -7000 do
      local chunk = {}
      for index = last, math.max(last - 6999, 1), -1 do
        chunk[#chunk + 1] = ids[index]
      end
      server.call('LPUSH', pausedKey, unpack(chunk))
    end
    server.call('DEL', waitKey)
  end

  local function hold(prefix)
    local held = isHeld[prefix]
    if held == nil then
      held = server.call('HEXISTS', prefix .. 'meta', 'paused') == 1
      isHeld[prefix] = held
      if held then
        sweep(prefix)
      end
    end
    return held
  end

  local function redirected(key)
    if string.sub(key, -5) == ':wait' then
      local prefix = string.sub(key, 1, -5)
      if hold(prefix) then
        return prefix .. 'paused'
      end
    end
    return key
  end

  function redis.call(...)
    local command, key, field = ...
    if listCommands[command] then
      local words = {...}
      for index = 2, command == 'EXISTS' and #words or 2 do
        words[index] = redirected(words[index])
      end
      return server.call(unpack(words))
    end
    if field == 'paused' and (command == 'HSET' or command == 'HDEL') and string.sub(key, -5) == ':meta' then
      local prefix = string.sub(key, 1, -5)
      local reply = server.call(...)
      isHeld[prefix] = nil
      hold(prefix)
      return reply
    end
    return server.call(...)
  end

  for _, key in ipairs(KEYS) do
    if string.sub(key, -5) == ':meta' then
      hold(string.sub(key, 1, -5))
    end
  end
end

-- Renew the locks of many jobs.
--
-- KEYS: 1 stalled
-- ARGV: 1 prefix, 2 msgpack array of tokens, 3 msgpack array of job ids, 4 duration (ms)
-- Returns the ids whose lock is gone or held by another token.
local rcall = redis.call
local stalledKey, prefix, duration = KEYS[1], ARGV[1], ARGV[4]
local tokens, ids = cmsgpack.unpack(ARGV[2]), cmsgpack.unpack(ARGV[3])
if #ids == 0 then
  return ids
end
if not (tonumber(duration) > 0) then
  return redis.error_reply('ERR invalid lock duration, a positive number of milliseconds is needed')
end

if #ids == 1 then
  local lockKey = prefix .. ids[1] .. ':lock'
  if rcall('GET', lockKey) ~= tokens[1] then
    return ids
  end
  rcall('PEXPIRE', lockKey, duration)
  rcall('SREM', stalledKey, ids[1])
  return {}
end

local lost = {}
for first = 1, #ids, 5000 do
  local last = math.min(first + 4999, #ids)
  local lockKeys, extended = {}, {}
  for index = first, last do
    lockKeys[index - first + 1] = prefix .. ids[index] .. ':lock'
  end
  local holders = rcall('MGET', unpack(lockKeys))
  for index = first, last do
    local lockKey = lockKeys[index - first + 1]
    if holders[index - first + 1] == tokens[index] then
      rcall('PEXPIRE', lockKey, duration)
      extended[#extended + 1] = ids[index]
    else
      lost[#lost + 1] = ids[index]
    end
  end
  if #extended > 0 then
    rcall('SREM', stalledKey, unpack(extended))
  end
end
return lost

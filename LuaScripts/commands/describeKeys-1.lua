-- What is wrong with keys that are no jobs, for the verification of a queue.
--
-- KEYS: 1 prefix
-- ARGV: 1 `line`, `keys` or `schedulers`, 2... suffixes of keys (`de:…`, `dn:…`, `repeat:…`, those below a job), or scheduler ids
-- Returns for each the name of a finding, or an empty text. For `line`: one of the line, and one of the marker.
local rcall = redis.call
local prefix, mode = KEYS[1], ARGV[1]

-- include: isBlocked
-- include: schedulerHealth

if mode == 'line' then
  local isPaused = rcall('HEXISTS', prefix .. 'meta', 'paused') == 1
  local waits, isHeldBack = rcall('EXISTS', prefix .. 'wait') == 1, rcall('EXISTS', prefix .. 'paused') == 1
  local line = isHeldBack and (not isPaused and 'strandedJobs' or waits and 'splitLine') or ''
  local marker = ''
  if (waits or rcall('EXISTS', prefix .. 'prioritized') == 1) and not isBlocked(prefix .. 'meta', prefix .. 'active')
    and not rcall('ZSCORE', prefix .. 'marker', '0') then
    marker = 'missingMarker'
  end
  return {line, marker}
end

local function problem(suffix)
  local key = prefix .. suffix
  local stem, id = string.match(suffix, '^(%a+):(.+)$')
  if stem == 'de' then
    local owner = rcall('TYPE', key).ok == 'string' and rcall('GET', key)
    return owner and rcall('PTTL', key) == -1 and rcall('EXISTS', prefix .. owner) == 0 and 'deadDeduplication'
  elseif stem == 'dn' then
    return rcall('EXISTS', prefix .. 'de:' .. id) == 0 and 'strandedNextJob'
  end
  local owner, part = string.match(suffix, '^(.*):(%a+)$')
  if part == 'lock' and rcall('PTTL', key) ~= -1 then
    return false
  elseif part ~= 'lock' and part ~= 'logs' and part ~= 'dependencies' and part ~= 'processed' and part ~= 'failed'
    and part ~= 'unsuccessful' then
    return stem == 'repeat' and rcall('TYPE', key).ok == 'hash' and rcall('HEXISTS', key, 'timestamp') == 0
      and not rcall('ZSCORE', prefix .. 'repeat', id) and 'orphanedScheduler'
  end
  return rcall('EXISTS', key) == 1 and rcall('EXISTS', prefix .. owner) == 0 and 'orphanedKey'
end

local reply = {}
for index = 2, #ARGV do
  reply[index - 1] = (mode == 'schedulers' and schedulerHealth(prefix, ARGV[index]) or mode == 'keys'
    and problem(ARGV[index])) or ''
end
return reply

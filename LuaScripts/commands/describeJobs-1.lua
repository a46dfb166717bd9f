-- What there is of each job, for the verification of a queue: its hash, and every structure that names it.
--
-- KEYS: 1 prefix
-- ARGV: 1 `1` to look into the lists too, which takes time that grows with them, 2... ids
-- Returns for each id an array of 21: type of the hash, fields timestamp, finishedOn, priority, delay, parentKey, rjk, ats
--   (nil if absent), 1 if there is data; scores in completed, failed, delayed, prioritized, waiting-children (nil = not
--   there); 1 if locked, 1 if suspected to be stalled; how often it is in wait, paused, active (-1 = not asked); how its
--   parent sees it: `none`, `known`, `missing` or `unknown`; number of pending children.
local rcall = redis.call
local prefix, looksIntoLists = KEYS[1], ARGV[1] == '1'

local function parentSees(parentKey, jobKey)
  if not parentKey or parentKey == '' then
    return 'none'
  elseif rcall('EXISTS', parentKey) == 0 then
    return 'missing'
  elseif rcall('SISMEMBER', parentKey .. ':dependencies', jobKey) == 1
    or rcall('HEXISTS', parentKey .. ':processed', jobKey) == 1
    or rcall('HEXISTS', parentKey .. ':failed', jobKey) == 1
    or rcall('ZSCORE', parentKey .. ':unsuccessful', jobKey) then
    return 'known'
  end
  return 'unknown'
end

local function occurrences(list, id)
  return looksIntoLists and #rcall('LPOS', prefix .. list, id, 'COUNT', '0') or -1
end

local reply = {}
for index = 2, #ARGV do
  local id = ARGV[index]
  local jobKey = prefix .. id
  local kind = rcall('TYPE', jobKey).ok
  local fields = {false, false, false, false, false, false, false}
  local hasData = 0
  if kind == 'hash' then
    fields = rcall('HMGET', jobKey, 'timestamp', 'finishedOn', 'priority', 'delay', 'parentKey', 'rjk', 'ats')
    hasData = rcall('HEXISTS', jobKey, 'data')
  end
  reply[index - 1] = {
    kind, fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7], hasData,
    rcall('ZSCORE', prefix .. 'completed', id), rcall('ZSCORE', prefix .. 'failed', id),
    rcall('ZSCORE', prefix .. 'delayed', id), rcall('ZSCORE', prefix .. 'prioritized', id),
    rcall('ZSCORE', prefix .. 'waiting-children', id), rcall('EXISTS', jobKey .. ':lock'),
    rcall('SISMEMBER', prefix .. 'stalled', id), occurrences('wait', id), occurrences('paused', id),
    occurrences('active', id), parentSees(fields[5], jobKey),
    kind == 'hash' and rcall('SCARD', jobKey .. ':dependencies') or 0,
  }
end
return reply

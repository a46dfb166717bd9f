-- Score in `delayed` of a job due `delay` ms after `timestamp`: the due time, and in the low 12 bits its place among
-- the jobs due in the same millisecond. Returns score, due time.
local function delayedScore(delayedKey, timestamp, delay)
  local due = delay > 0 and timestamp + delay or timestamp
  local low = due * 4096
  local high = low + 4095
  local last = redis.call('ZREVRANGEBYSCORE', delayedKey, high, low, 'WITHSCORES', 'LIMIT', '0', '1')[2]
  if not last then
    return low, due
  end
  last = tonumber(last)
  return last < high and last + 1 or high, due
end

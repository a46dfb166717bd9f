-- A job scheduler.
--
-- KEYS: 1 repeat
-- ARGV: 1 scheduler id
-- Returns {{field, value, ...}, ms of the current iteration}, or {} if there is none.
local rcall = redis.call
local millis = rcall('ZSCORE', KEYS[1], ARGV[1])
if not millis then
  return {}
end
return {rcall('HGETALL', KEYS[1] .. ':' .. ARGV[1]), millis}

-- Append a row to the log of a job.
--
-- KEYS: 1 job, 2 log
-- ARGV: 1 id (unused), 2 row, 3 number of rows to keep, or empty for all
-- Returns the number of rows kept, -1 job missing.
local rcall = redis.call
if rcall('EXISTS', KEYS[1]) == 0 then
  return -1
end
local rows = rcall('RPUSH', KEYS[2], ARGV[2])
if ARGV[3] and ARGV[3] ~= '' then
  local keep = tonumber(ARGV[3])
  rcall('LTRIM', KEYS[2], '-' .. ARGV[3], '-1')
  return math.min(keep, rows)
end
return rows

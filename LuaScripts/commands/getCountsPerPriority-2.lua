-- Number of jobs in line for each of the given priorities.
--
-- KEYS: 1 wait, 2 prioritized
-- ARGV: 1... priorities
-- Returns one number for each priority.
local rcall = redis.call
local counts = {}
for index, priority in ipairs(ARGV) do
  local low = tonumber(priority) * 0x100000000
  if low == 0 then
    counts[index] = rcall('LLEN', KEYS[1])
  else
    counts[index] = rcall('ZCOUNT', KEYS[2], string.format('%d', low), string.format('%d', low + 0xFFFFFFFF))
  end
end
return counts

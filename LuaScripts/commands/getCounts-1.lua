-- Number of jobs in each of the given states.
--
-- KEYS: 1 prefix
-- ARGV: 1... names: wait, paused, active, or any sorted set
-- Returns one number for each name.
local rcall = redis.call

-- include: dropLegacyMarker

local counts = {}
for index, state in ipairs(ARGV) do
  local key = KEYS[1] .. state
  if state == 'wait' or state == 'paused' then
    counts[index] = dropLegacyMarker(key) and 0 or rcall('LLEN', key)
  elseif state == 'active' then
    counts[index] = rcall('LLEN', key)
  else
    counts[index] = rcall('ZCARD', key)
  end
end
return counts

-- Ids of the jobs in each of the given states. An ascending range of a list comes with its oldest job last.
--
-- KEYS: 1 prefix
-- ARGV: 1 first index, 2 last index (-1 = last), 3 `1` ascending, 4... state names
-- Returns one array of ids for each name.
local first, last, ascending = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'

-- include: dropLegacyMarker
-- include: idRange

local ranges = {}
for index = 4, #ARGV do
  local state = ARGV[index]
  local key, isLine = KEYS[1] .. state, state == 'wait' or state == 'paused'
  if isLine and dropLegacyMarker(key) then
    ranges[index - 3] = {}
  else
    ranges[index - 3] = idRange(key, isLine or state == 'active', first, last, ascending)
  end
end
return ranges

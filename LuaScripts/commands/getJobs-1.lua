-- Jobs in each of the given states, with their data. Ids without data are skipped, and a bounded page is filled up.
--
-- KEYS: 1 prefix
-- ARGV: 1 first index, 2 last index (-1 = last), 3 `1` ascending, 4 max reads to fill a page, 5... state names
-- Returns one array for each name, of {id, {field, value, ...}}.
local rcall = redis.call
local prefix, first, last, ascending = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local maxReads = tonumber(ARGV[4])
local isBounded = first >= 0 and last >= 0

-- include: dropLegacyMarker
-- include: idRange

local function reversed(ids)
  local result = {}
  for index = #ids, 1, -1 do
    result[#result + 1] = ids[index]
  end
  return result
end

local function jobsIn(state)
  local key, isLine = prefix .. state, state == 'wait' or state == 'paused'
  local isList = isLine or state == 'active'
  local jobs = {}
  if isLine and dropLegacyMarker(key) then
    return jobs
  end
  local length = isList and isBounded and ascending and rcall('LLEN', key)

  local function slice(from, to)
    if length and from >= length then
      return {}
    end
    local ids = idRange(key, isList, from, to, ascending)
    return isList and ascending and reversed(ids) or ids
  end

  local function keepExisting(ids, needed)
    for _, id in ipairs(ids) do
      if #jobs == needed then
        return
      end
      local fields = rcall('HGETALL', prefix .. id)
      if #fields > 0 then
        jobs[#jobs + 1] = {id, fields}
      end
    end
  end

  if not isBounded then
    keepExisting(slice(first, last))
    return jobs
  end
  local needed, cursor, reads = last - first + 1, first, 0
  while #jobs < needed and reads < maxReads do
    local ids = slice(cursor, cursor + needed - 1)
    if #ids == 0 then
      break
    end
    keepExisting(ids, needed)
    cursor = cursor + #ids
    reads = reads + 1
  end
  return jobs
end

local result = {}
for index = 5, #ARGV do
  result[index - 4] = jobsIn(ARGV[index])
end
return result

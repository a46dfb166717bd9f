-- Jobs in each of the given states, with their data. Ids without data are skipped, and a bounded page is filled up.
--
-- KEYS: 1 prefix
-- ARGV: 1 first index, 2 last index (-1 = last), 3 `1` ascending, 4 max reads to fill a page, 5... state names
-- Returns one array for each name, of {id, {field, value, ...}}.
local rcall = redis.call
local prefix, first, last, ascending = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local maxReads = tonumber(ARGV[4])
local isBounded = first >= 0 and last >= 0
local needed = isBounded and last - first + 1 or math.huge

-- include: dropLegacyMarker
-- include: idRange

-- Appends those of the ids that have data, as long as more are needed.
local function appendExisting(jobs, ids, isReversed)
  local from, to, step = 1, #ids, 1
  if isReversed then
    from, to, step = #ids, 1, -1
  end
  for at = from, to, step do
    if #jobs == needed then
      return
    end
    local fields = rcall('HGETALL', prefix .. ids[at])
    if #fields > 0 then
      jobs[#jobs + 1] = {ids[at], fields}
    end
  end
end

local result = {}
for index = 5, #ARGV do
  local state, jobs = ARGV[index], {}
  local key, isLine = prefix .. state, state == 'wait' or state == 'paused'
  local isList = isLine or state == 'active'
  local isReversed = isList and ascending
  result[index - 4] = jobs
  if not (isLine and dropLegacyMarker(key)) then
    if not isBounded then
      appendExisting(jobs, idRange(key, isList, first, last, ascending), isReversed)
    else
      local length = isReversed and rcall('LLEN', key) or math.huge
      local cursor, reads = first, 0
      while #jobs < needed and reads < maxReads and cursor < length do
        local ids = idRange(key, isList, cursor, cursor + needed - 1, ascending)
        if #ids == 0 then
          break
        end
        appendExisting(jobs, ids, isReversed)
        cursor = cursor + #ids
        reads = reads + 1
      end
    end
  end
end
return result

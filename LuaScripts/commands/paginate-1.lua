-- A page of a set or hash of job keys, found by scanning: in no order, and stable only while nothing changes.
--
-- KEYS: 1 set or hash
-- ARGV: 1 first index, 2 last index (inclusive, -1 = to the end), 3 cursor, 4 index at the cursor, 5 max scans,
--       6 present (even if empty) to fetch the jobs too
-- Returns {cursor, index at the cursor, items, total, jobs}; {0, 0, {}, 0} if the key is missing. An item is a member,
--   or {field, value}.
local rcall = redis.call
local key = KEYS[1]
local kind = rcall('TYPE', key).ok
if kind == 'none' then
  return {0, 0, {}, 0}
end
if kind ~= 'set' and kind ~= 'hash' then
  return redis.error_reply('Pagination is only supported for sets and hashes.')
end
local first, last, cursor = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local index, maxScans, fetches = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] ~= nil
local isHash = kind == 'hash'
local total = rcall(isHash and 'HLEN' or 'SCARD', key)
if last == -1 then
  last = total
end
local pageEnd = last + 1
local items, jobs, kept = {}, {}, 0

for _ = 1, math.max(maxScans, 1) do
  local scanned = rcall(isHash and 'HSCAN' or 'SSCAN', key, cursor, 'COUNT', '100')
  cursor = scanned[1]
  local elements, step = scanned[2], isHash and 2 or 1
  local count = #elements / step
  if count == 0 or index > pageEnd then
    break
  end
  if index + count < first then
    index = index + count
  else
    local isFull = false
    for position = 1, #elements, step do
      if index >= pageEnd then
        isFull = true
        break
      end
      if index >= first then
        local member = elements[position]
        kept = kept + 1
        items[kept] = isHash and {member, elements[position + 1]} or member
        if fetches then
          jobs[kept] = rcall('HGETALL', member)
        end
      end
      index = index + 1
    end
    if isFull then
      break
    end
  end
  if cursor == '0' then
    break
  end
end
return {cursor, index, items, total, jobs}

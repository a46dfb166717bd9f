-- Remove the first `budget` jobs (0 = all) of a list or of a sorted set. Ids in `kept` stay, in their order.
-- Both return how many were removed. Needs removeJobData, removeMembers.
local function withoutKept(ids, kept)
  local removed, left = {}, {}
  for _, id in ipairs(ids) do
    if kept and kept[id] then
      left[#left + 1] = id
    else
      removed[#removed + 1] = id
    end
  end
  return removed, left
end

local function removeListSlice(listKey, prefix, budget, kept)
  local ids = redis.call('LRANGE', listKey, '0', string.format('%d', budget - 1))
  local removed, left = withoutKept(ids, kept)
  for _, id in ipairs(removed) do
    removeJobData(prefix, id)
  end
  redis.call('LTRIM', listKey, string.format('%d', #ids), '-1')
  for last = #left, 1, -7000 do
    local chunk = {}
    for index = last, math.max(last - 6999, 1), -1 do
      chunk[#chunk + 1] = left[index]
    end
    redis.call('LPUSH', listKey, unpack(chunk))
  end
  return #removed
end

local function removeSortedSlice(setKey, prefix, budget, kept)
  local removed = withoutKept(redis.call('ZRANGE', setKey, '0', string.format('%d', budget - 1)), kept)
  for _, id in ipairs(removed) do
    removeJobData(prefix, id)
  end
  removeMembers(setKey, removed)
  return #removed
end

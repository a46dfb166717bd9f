-- Remove members from a sorted set, in commands of at most 7000.
local function removeMembers(key, members)
  for first = 1, #members, 7000 do
    redis.call('ZREM', key, unpack(members, first, math.min(first + 6999, #members)))
  end
end

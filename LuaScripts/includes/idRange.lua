-- Ids of a state in a range (inclusive, -1 = last). Of a list, `ascending` takes the range counted from the tail, where
-- the oldest job is, but in the order of the list.
local function idRange(key, isList, first, last, ascending)
  if not isList then
    return redis.call(ascending and 'ZRANGE' or 'ZREVRANGE', key, first, last)
  end
  if ascending then
    local function fromTail(index)
      return index == -1 and 0 or -(index + 1)
    end
    first, last = fromTail(last), fromTail(first)
  end
  return redis.call('LRANGE', key, first, last)
end

-- Ids of a state in a range (inclusive, -1 = last). Of a list, `ascending` takes the range counted from the tail, where
-- the oldest job is, but in the order of the list.
local function idRange(key, isList, first, last, ascending)
  if isList and ascending then
    local function fromTail(index)
      return index == -1 and 0 or -(index + 1)
    end
    first, last = fromTail(last), fromTail(first)
  end
  local command = isList and 'LRANGE' or ascending and 'ZRANGE' or 'ZREVRANGE'
  return redis.call(command, key, string.format('%d', first), string.format('%d', last))
end

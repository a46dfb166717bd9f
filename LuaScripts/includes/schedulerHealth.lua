-- What is wrong with a scheduler: `danglingScheduler` (neither definition nor iteration), `haltedScheduler` (its current
-- iteration is gone, so nothing will create the next one), or nothing. A series at its end is in order, and so is a
-- repeatable job of an old release, which has no definition. Returns name of the problem or false, slot, definition.
local function schedulerHealth(prefix, schedulerId)
  local repeatKey = prefix .. 'repeat'
  local slot = redis.call('ZSCORE', repeatKey, schedulerId)
  if not slot or redis.call('EXISTS', prefix .. 'repeat:' .. schedulerId .. ':' .. slot) == 1 then
    return false
  end
  local definition = {}
  local fields = redis.call('HGETALL', repeatKey .. ':' .. schedulerId)
  for index = 1, #fields, 2 do
    definition[fields[index]] = fields[index + 1]
  end
  if #fields == 0 then
    local _, colons = string.gsub(schedulerId, ':', ':')
    return colons < 4 and 'danglingScheduler', slot, definition
  end
  local isOver = definition.limit and (tonumber(definition.ic) or 0) >= tonumber(definition.limit)
    or definition.endDate and tonumber(slot) >= tonumber(definition.endDate)
  return definition.ic and not isOver and 'haltedScheduler' or false, slot, definition
end

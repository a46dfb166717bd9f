-- Write the definition of a scheduler and its next slot (text). The iteration count survives, and the stored offset
-- unless the definition has one. Needs numberText.
local function storeScheduler(repeatKey, schedulerId, next, definition, data, opts)
  local schedulerKey = repeatKey .. ':' .. schedulerId
  redis.call('ZADD', repeatKey, next, schedulerId)
  local stored = redis.call('HMGET', schedulerKey, 'offset', 'ic')

  local fields = {'name', definition.name}
  local function append(field, value)
    if value then
      fields[#fields + 1] = field
      fields[#fields + 1] = type(value) == 'number' and numberText(value) or value
    end
  end
  for _, field in ipairs({'tz', 'limit', 'pattern', 'startDate', 'endDate', 'every'}) do
    append(field, definition[field])
  end
  append('offset', definition.offset or tonumber(stored[1]))
  local optsJSON = cjson.encode(opts)
  append('opts', optsJSON ~= '{}' and optsJSON)
  append('data', data ~= '{}' and data)
  append('ic', stored[2] or '1')

  redis.call('DEL', schedulerKey)
  redis.call('HSET', schedulerKey, unpack(fields))
end

-- Write packed {field, value, ...} pairs into a job; nothing when none were sent.
local function updateFields(jobKey, packed)
  if not packed or packed == '' then
    return
  end
  local fields = cmsgpack.unpack(packed)
  if fields then
    redis.call('HSET', jobKey, unpack(fields))
  end
end

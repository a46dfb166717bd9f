-- Append to the priority class: the counter keeps the order of insertion within it.
local function addWithPriority(prioritizedKey, pcKey, priority, jobId)
  local counter = redis.call('INCR', pcKey)
  redis.call('ZADD', prioritizedKey, priority * 0x100000000 + counter % 0x100000000, jobId)
end

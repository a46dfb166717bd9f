-- Give up the lock of a job; the token `0` stands for "no lock". Returns 0, -2 lock missing, -6 lock of another token.
local function releaseLock(jobKey, stalledKey, token, jobId)
  if token == '0' then
    return 0
  end
  local lockKey = jobKey .. ':lock'
  local holder = redis.call('GET', lockKey)
  if not holder then
    return -2
  end
  if holder ~= token then
    return -6
  end
  redis.call('DEL', lockKey)
  redis.call('SREM', stalledKey, jobId)
  return 0
end

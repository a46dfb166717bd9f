-- Delete the keys of a job, except its lock. Returns how many existed.
local function deleteJobKeys(jobKey)
  return redis.call('DEL', jobKey, jobKey .. ':logs', jobKey .. ':dependencies', jobKey .. ':processed',
    jobKey .. ':failed', jobKey .. ':unsuccessful')
end

-- Remove a job but for its place in a list or set: silently, and with a parent in the same queue that waits for nothing
-- else. Needs isBlocked, deleteJobKeys, detachChild, releaseDeduplication.
local function removeJobData(prefix, jobId)
  local jobKey = prefix .. jobId
  detachChild(jobKey, prefix)
  releaseDeduplication(prefix, jobId, redis.call('HGET', jobKey, 'deid'))
  deleteJobKeys(jobKey)
end

-- Remove a job but for its place in a list or set: silently, and with a parent in the same queue that waits for nothing
-- else. Needs isBlocked, deleteJobKeys, livingParent, detachChild, releaseDeduplication.
local function removeJobData(prefix, jobId)
  local jobKey = prefix .. jobId
  local fields = redis.call('HMGET', jobKey, 'parentKey', 'deid')
  local parentKey, dedupId = livingParent(fields[1]), fields[2]
  if parentKey then
    detachChild(jobKey, parentKey, prefix, dedupId)
  end
  if dedupId then
    releaseDeduplication(prefix, jobId, dedupId)
  end
  deleteJobKeys(jobKey)
end

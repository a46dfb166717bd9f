-- Whether a job is the current iteration of its scheduler; such a job belongs to the scheduler.
local function isScheduledIteration(jobId, jobKey, repeatKey)
  local schedulerId = redis.call('HGET', jobKey, 'rjk')
  local millis = schedulerId and redis.call('ZSCORE', repeatKey, schedulerId)
  return millis and jobId == 'repeat:' .. schedulerId .. ':' .. millis or false
end

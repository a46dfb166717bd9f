-- State of a job, for servers without LPOS (before 6.0.6): reads the lists.
--
-- KEYS: 1 completed, 2 failed, 3 delayed, 4 active, 5 wait, 6 paused, 7 waiting-children, 8 prioritized
-- ARGV: 1 id
-- Returns completed, failed, delayed, prioritized, active, waiting, waiting-children or unknown.
local rcall, jobId = redis.call, ARGV[1]

if rcall('ZSCORE', KEYS[1], jobId) then
  return 'completed'
elseif rcall('ZSCORE', KEYS[2], jobId) then
  return 'failed'
elseif rcall('ZSCORE', KEYS[3], jobId) then
  return 'delayed'
elseif rcall('ZSCORE', KEYS[8], jobId) then
  return 'prioritized'
end

local function isInList(key)
  for _, id in ipairs(rcall('LRANGE', key, '0', '-1')) do
    if id == jobId then
      return true
    end
  end
  return false
end

if isInList(KEYS[4]) then
  return 'active'
elseif isInList(KEYS[5]) or isInList(KEYS[6]) then
  return 'waiting'
elseif rcall('ZSCORE', KEYS[7], jobId) then
  return 'waiting-children'
end
return 'unknown'

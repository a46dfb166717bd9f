-- Retention (a block): drop finished jobs by age, then by count. Silent; deduplication keys stay.
-- Reads rcall, keepJobs, finishedKey, prefix, now.
-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: removeMembers
local function evict(ids)
  for _, id in ipairs(ids) do
    local evictedKey = prefix .. id
    local evictedParent = livingParent(rcall('HGET', evictedKey, 'parentKey'))
    if evictedParent then
      detachChild(evictedKey, evictedParent)
    end
    deleteJobKeys(evictedKey)
  end
end

if keepJobs.age then
  local start = tonumber(now) - keepJobs.age * 1000
  local limit = keepJobs.limit or 1000
  local ids = rcall('ZREVRANGEBYSCORE', finishedKey, start, '-inf', 'LIMIT', '0', string.format('%d', limit))
  evict(ids)
  if #ids < limit then
    if #ids > 0 then
      rcall('ZREMRANGEBYSCORE', finishedKey, '-inf', start)
    end
  else
    removeMembers(finishedKey, ids)
  end
end
if keepJobs.count and keepJobs.count > 0 then
  local ids = rcall('ZREVRANGE', finishedKey, string.format('%d', keepJobs.count), '-1')
  if #ids > 0 then
    evict(ids)
    rcall('ZREMRANGEBYRANK', finishedKey, '0', string.format('%d', -keepJobs.count - 1))
  end
end

-- A job with this custom id exists (a block inside `openAddition`). It may be attached to a parent; nothing else of it
-- changes. Ends the script with its id, or with -7 if it belongs to another living parent.
local formerParent = rcall('HGET', jobKey, 'parentKey')
if parentKey then
  if not formerParent or formerParent == parentKey then
    local dependenciesKey = input[6]
    if rcall('ZSCORE', completedKey, jobId) then
      rcall('HSET', parentKey .. ':processed', jobKey, rcall('HGET', jobKey, 'returnvalue'))
      if rcall('SCARD', dependenciesKey) == 0 then
        -- include: isBlocked
        -- include: markNextDelayed
        -- include: addWithPriority
        -- include: releaseParent
        -- include: releaseParentIfWaiting
        releaseParentIfWaiting(input[7].queueKey, parentKey, input[7].id, timestamp)
      end
    elseif dependenciesKey then
      rcall('SADD', dependenciesKey, jobKey)
    end
    rcall('HSET', jobKey, 'parentKey', parentKey, 'parent', parentJSON)
  elseif rcall('EXISTS', formerParent) == 1 then
    return -7
  end
end
rcall('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'event', 'duplicated', 'jobId', jobId)
return jobId

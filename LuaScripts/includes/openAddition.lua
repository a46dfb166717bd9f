-- Opening of the add scripts (a block, not a procedure).
-- Reads `rcall`, `cap` (event cap as read, may be absent) and the locals metaKey, idKey, eventsKey, completedKey.
-- Sets input, data, opts, prefix, timestamp, parentKey, parentJSON, jobId, jobKey and makes `cap` final.
-- Ends the script: -5 parent missing, -7 job has another living parent, or the id of an existing job.
local packedInput, data, packedOpts = unpack(ARGV)
local input, opts = cmsgpack.unpack(packedInput), cmsgpack.unpack(packedOpts)
local prefix, jobId, timestamp, parentKey = input[1], input[2], input[4], input[5]
local parentJSON
if parentKey then
  if rcall('EXISTS', parentKey) == 0 then
    return -5
  end
  parentJSON = cjson.encode(input[7])
end
local counter = rcall('INCR', idKey)
if not cap then
  cap = '10000'
  rcall('HSET', metaKey, 'opts.maxLenEvents', cap)
end
local jobKey
if jobId == '' then
  -- Text made here: some servers print a large Lua number with an exponent.
  jobId = string.format('%d', counter)
  jobKey = prefix .. jobId
else
  jobKey = prefix .. jobId
  if rcall('EXISTS', jobKey) == 1 then
    -- include: answerDuplicate
  end
end

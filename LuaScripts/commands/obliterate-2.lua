-- Destroy a paused queue, a number of jobs at a time.
--
-- KEYS: 1 meta, 2 prefix
-- ARGV: 1 max jobs to remove, 2 empty to refuse when jobs are active
-- Returns 1 to be called again, 0 done, -1 queue not paused, -2 active jobs.
local rcall = redis.call
local prefix, budget = KEYS[2], tonumber(ARGV[1])

if rcall('HEXISTS', KEYS[1], 'paused') == 0 then
  return -1
end

-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeJobData
-- include: removeMembers
-- include: removeSlices

local active = rcall('LRANGE', prefix .. 'active', '0', string.format('%d', budget - 1))
if #active > 0 and ARGV[2] == '' then
  return -2
end
for _, id in ipairs(active) do
  rcall('DEL', prefix .. id .. ':lock')
end

local function removeSchedulers(repeatKey)
  local ids = rcall('ZRANGE', repeatKey, '0', string.format('%d', budget - 1))
  for _, id in ipairs(ids) do
    rcall('DEL', repeatKey .. ':' .. id)
  end
  removeMembers(repeatKey, ids)
  return #ids
end

local steps = {
  {removeListSlice, 'active'}, {removeSortedSlice, 'delayed'}, {removeSchedulers, 'repeat'},
  {removeSortedSlice, 'completed'}, {removeListSlice, 'wait'}, {removeListSlice, 'paused'},
  {removeSortedSlice, 'prioritized'}, {removeSortedSlice, 'failed'},
}
for _, step in ipairs(steps) do
  local remove, state = step[1], step[2]
  budget = budget - remove(prefix .. state, prefix, budget)
  if budget <= 0 then
    return 1
  end
end

rcall('DEL', prefix .. 'events', prefix .. 'delay', prefix .. 'stalled-check', prefix .. 'stalled', prefix .. 'id',
  prefix .. 'pc', prefix .. 'marker', prefix .. 'meta', prefix .. 'metrics:completed',
  prefix .. 'metrics:completed:data', prefix .. 'metrics:failed', prefix .. 'metrics:failed:data')
return 0

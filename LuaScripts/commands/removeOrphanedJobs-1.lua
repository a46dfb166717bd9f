-- Delete the keys of jobs that are in no state.
--
-- KEYS: 1 prefix
-- ARGV: n, n state suffixes, m, m suffixes of keys below a job, then the ids to look at
-- Returns how many of the ids were orphans.
local rcall = redis.call
local prefix, stateCount = KEYS[1], tonumber(ARGV[1])
local suffixCount = tonumber(ARGV[2 + stateCount])
local lookups = {list = 'LPOS', zset = 'ZSCORE', set = 'SISMEMBER'}

local states = {}
for index = 2, 1 + stateCount do
  local key = prefix .. ARGV[index]
  local lookup = lookups[rcall('TYPE', key).ok]
  if lookup then
    states[#states + 1] = {lookup, key}
  end
end

local function isReferenced(jobId)
  for _, state in ipairs(states) do
    local found = rcall(state[1], state[2], jobId)
    if found and not (state[1] == 'SISMEMBER' and found == 0) then
      return true
    end
  end
  return false
end

local orphans = 0
for index = 3 + stateCount + suffixCount, #ARGV do
  local jobId = ARGV[index]
  if not isReferenced(jobId) then
    local keys = {prefix .. jobId}
    for suffix = 3 + stateCount, 2 + stateCount + suffixCount do
      keys[#keys + 1] = prefix .. jobId .. ':' .. ARGV[suffix]
    end
    rcall('DEL', unpack(keys))
    orphans = orphans + 1
  end
end
return orphans

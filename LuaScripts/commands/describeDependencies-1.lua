-- What is wrong with the pending children of a job, for the verification of a queue.
--
-- KEYS: 1 parent
-- ARGV: 1 cursor of SSCAN
-- Returns {next cursor, {child key, `missing`, `foreign` or `completed`}...}: a child that does not exist, that names
--   another parent or none, or that completed without its parent being told. Children in order are left out.
local rcall = redis.call
local parentKey = KEYS[1]
local page = rcall('SSCAN', parentKey .. ':dependencies', ARGV[1], 'COUNT', '200')
local reply = {page[1]}
for _, childKey in ipairs(page[2]) do
  local child = rcall('HMGET', childKey, 'timestamp', 'parentKey', 'finishedOn', 'returnvalue')
  local problem
  if not child[1] then
    problem = 'missing'
  elseif child[2] ~= parentKey then
    problem = 'foreign'
  elseif child[3] and child[4] then
    problem = 'completed'
  end
  if problem then
    reply[#reply + 1] = {childKey, problem}
  end
end
return reply

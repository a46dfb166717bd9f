-- Cut the link between a pending child and its parent.
--
-- KEYS: 1 prefix of the child
-- ARGV: 1 child key, 2 parent key
-- Returns 0, 1 if the parent does not wait for the child, -1 child missing, -5 parent missing.
local rcall = redis.call
local childKey, parentKey = ARGV[1], ARGV[2]

if rcall('EXISTS', childKey) == 0 then
  return -1
end
if rcall('EXISTS', parentKey) == 0 then
  return -5
end

-- include: isBlocked
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild

if not detachChild(childKey, parentKey) then
  return 1
end
rcall('HDEL', childKey, 'parentKey', 'parent')
return 0

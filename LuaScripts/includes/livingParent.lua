-- The parent that a job names (its field `parentKey`), if it exists; otherwise nothing.
local function livingParent(parentKey)
  return parentKey and parentKey ~= '' and redis.call('EXISTS', parentKey) == 1 and parentKey
end

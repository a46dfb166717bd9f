-- Number of children of a job, by kind.
--
-- KEYS: 1 processed, 2 dependencies, 3 failed (ignored failures), 4 unsuccessful (failed children)
-- ARGV: 1... kinds: processed, unprocessed, ignored, failed
-- Returns one number for each kind.
local rcall = redis.call
local counts = {}
for index, kind in ipairs(ARGV) do
  if kind == 'processed' then
    counts[index] = rcall('HLEN', KEYS[1])
  elseif kind == 'unprocessed' then
    counts[index] = rcall('SCARD', KEYS[2])
  elseif kind == 'ignored' then
    counts[index] = rcall('HLEN', KEYS[3])
  else
    counts[index] = rcall('ZCARD', KEYS[4])
  end
end
return counts

-- Metrics of finished jobs: the counters and the numbers of each minute, newest first.
--
-- KEYS: 1 metrics, 2 metrics data
-- ARGV: 1 first index, 2 last index
-- Returns {{count, prevTS, prevCount}, points, number of points}.
local rcall = redis.call
return {
  rcall('HMGET', KEYS[1], 'count', 'prevTS', 'prevCount'),
  rcall('LRANGE', KEYS[2], ARGV[1], ARGV[2]),
  rcall('LLEN', KEYS[2]),
}

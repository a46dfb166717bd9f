-- Whether a queue is at its global concurrency limit.
--
-- KEYS: 1 meta, 2 active
-- Returns 1 or nothing.
local concurrency = redis.call('HGET', KEYS[1], 'concurrency')
return concurrency and redis.call('LLEN', KEYS[2]) >= tonumber(concurrency)

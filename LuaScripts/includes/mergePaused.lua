-- Append the list `paused` of BullMQ 5 to `wait`: its jobs are the older ones. The caller has seen that it exists.
local function mergePaused(pausedKey, waitKey)
  if redis.call('EXISTS', waitKey) == 0 then
    redis.call('RENAME', pausedKey, waitKey)
    return
  end
  repeat
    local ids = redis.call('LRANGE', pausedKey, '0', '6999')
    if #ids > 0 then
      redis.call('RPUSH', waitKey, unpack(ids))
      redis.call('LTRIM', pausedKey, '7000', '-1')
    end
  until #ids < 7000
end

-- Count a finished job (a block): one number for each minute, newest first. The job belongs to the minute now open.
-- Reads rcall, metricsKey, maxDataPoints, now.
local counted = rcall('HINCRBY', metricsKey, 'count', '1') - 1
local previous = rcall('HMGET', metricsKey, 'prevTS', 'prevCount')
if not previous[1] then
  rcall('HSET', metricsKey, 'prevTS', now, 'prevCount', '0')
else
  local points = math.floor(tonumber(now) / 60000) - math.floor(tonumber(previous[1]) / 60000)
  points = math.min(points, maxDataPoints)
  if points > 0 then
    local dataKey = metricsKey .. ':data'
    rcall('LPUSH', dataKey, string.format('%d', counted - (tonumber(previous[2]) or 0)))
    for pushed = 1, points - 1, 7000 do
      local zeros = {}
      for index = 1, math.min(7000, points - pushed) do
        zeros[index] = '0'
      end
      rcall('LPUSH', dataKey, unpack(zeros))
    end
    rcall('LTRIM', dataKey, '0', string.format('%d', maxDataPoints - 1))
    rcall('HSET', metricsKey, 'prevCount', string.format('%d', counted), 'prevTS', now)
  end
end

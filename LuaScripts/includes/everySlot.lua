-- Next slot (ms) of a scheduler that runs every `every` ms, and the offset of its slots. `previous` and `startDate` may
-- be absent; missed slots are skipped. With a start date the offset does not move the first slot.
local function everySlot(previous, every, now, offset, startDate)
  local next
  if previous then
    next = previous + every
    if next < now then
      next = math.floor(now / every) * every + offset
      if next <= now then
        next = next + every
      end
    end
  elseif startDate then
    next = math.max(startDate, now)
  elseif offset > 0 then
    next = math.floor(now / every) * every + offset
    if next <= now then
      next = next + every
    end
  else
    next = now
  end
  if offset == 0 then
    offset = next - math.floor(next / every) * every
  end
  return math.floor(next), math.floor(offset)
end

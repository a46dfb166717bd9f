-- Whether a list holds an id, for servers without LPOS (before 6.0.6).
--
-- KEYS: 1 list
-- ARGV: 1 id
-- Returns 1 or nothing.
for _, id in ipairs(redis.call('LRANGE', KEYS[1], '0', '-1')) do
  if id == ARGV[1] then
    return 1
  end
end
return nil

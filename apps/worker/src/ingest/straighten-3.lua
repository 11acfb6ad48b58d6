--[[
  Puts delayed and prioritised jobs where all others wait, by the time of their add: an inbox has one order.
    KEYS[1] the `wait` list
    KEYS[2] the `delayed` set
    KEYS[3] the `prioritized` set
    ARGV[1] key prefix of the queue, with its trailing colon
  Output: how many were moved
]]
local ids = {}
for k = 2, 3 do
  for _, id in ipairs(redis.call('ZRANGE', KEYS[k], 0, 999)) do
    redis.call('ZREM', KEYS[k], id)
    ids[#ids + 1] = { id, tonumber(redis.call('HGET', ARGV[1] .. id, 'timestamp') or 0) or 0 }
  end
end
table.sort(ids, function(a, b) return a[2] < b[2] end)
for _, entry in ipairs(ids) do redis.call('LPUSH', KEYS[1], entry[1]) end
return #ids

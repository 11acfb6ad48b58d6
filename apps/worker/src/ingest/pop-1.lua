--[[
  Removes jobs that were committed, if they still are the oldest ones, in this order. Stops at the first that is not:
  another process was faster, and what it left is peeked again.
    KEYS[1] the `wait` list (oldest at its tail)
    ARGV[1] key prefix of the queue, with its trailing colon
    ARGV[2..] ids, oldest first
  Output: how many were removed
]]
for i = 2, #ARGV do
  if redis.call('LINDEX', KEYS[1], -1) ~= ARGV[i] then return i - 2 end
  redis.call('RPOP', KEYS[1])
  local key = ARGV[1] .. ARGV[i]
  local deduplication = redis.pcall('HGET', key, 'deid')
  if type(deduplication) == 'string' then
    local claim = ARGV[1] .. 'de:' .. deduplication
    if redis.call('GET', claim) == ARGV[i] then redis.call('DEL', claim) end
  end
  redis.call('DEL', key, key .. ':logs')
end
return #ARGV - 1

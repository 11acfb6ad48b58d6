--[[
  Puts delayed and prioritised jobs where all others wait, by the time of their add: an inbox has one order.
    KEYS[1] the `wait` list
    KEYS[2] the `delayed` set
    KEYS[3] the `prioritized` set
    ARGV[1] key prefix of the queue, with its trailing colon
  Output: how many were moved
]]
-- All is read before anything is moved: an error in the middle of a script undoes nothing.
local jobs = {}
for k = 2, 3 do
  for _, id in ipairs(redis.call('ZRANGE', KEYS[k], 0, 999)) do
    local time = redis.pcall('HGET', ARGV[1] .. id, 'timestamp')
    local number = string.match(id, '^%d+$') and tonumber(id) or math.huge
    jobs[#jobs + 1] = { id = id, from = KEYS[k], time = type(time) == 'string' and tonumber(time) or 0, number = number, place = #jobs }
  end
end
-- Many are added in one millisecond, and table.sort keeps no order: BullMQ's own ids rise with each add, and jobs of other ids that
-- were delayed for as long stand in the order of their add.
table.sort(jobs, function(a, b)
  if a.time ~= b.time then return a.time < b.time end
  if a.number ~= b.number then return a.number < b.number end
  return a.place < b.place
end)
for _, job in ipairs(jobs) do
  redis.call('ZREM', job.from, job.id)
  redis.call('LPUSH', KEYS[1], job.id)
end
return #jobs

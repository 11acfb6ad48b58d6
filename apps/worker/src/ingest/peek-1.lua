--[[
  Reads the oldest waiting jobs of a BullMQ queue without taking them.
    KEYS[1] the `wait` list (oldest at its tail)
    ARGV[1] key prefix of the queue, with its trailing colon
    ARGV[2] most jobs
    ARGV[3] most bytes of data; the first job is read whatever its size
  Output: { id, data, id, data, ... } oldest first; data is false where there is no hash, or no hash with data, under the id
]]
local ids = redis.call('LRANGE', KEYS[1], -tonumber(ARGV[2]), -1)
local left = tonumber(ARGV[3])
local jobs = {}
for i = #ids, 1, -1 do
  local data = redis.pcall('HGET', ARGV[1] .. ids[i], 'data')
  if type(data) ~= 'string' then data = false end
  left = left - (data and #data or 0)
  if #jobs > 0 and left < 0 then break end
  jobs[#jobs + 1] = ids[i]
  jobs[#jobs + 1] = data
end
return jobs

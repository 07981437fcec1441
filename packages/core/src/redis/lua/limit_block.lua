#!lua
-- Blocks a key for a while, longer each time that it comes to that again. One that is blocked already stays so, for the longer
-- of both times, and that is no further time.
--
-- KEYS[1]  the block: the microsecond at which it ends, a space and the reason
-- KEYS[2]  how often it was, and until when that is remembered
-- ARGV[1]  see limit_now
-- ARGV[2]  microseconds of the first block
-- ARGV[3]  how many times as long each further one is
-- ARGV[4]  the longest, in microseconds
-- ARGV[5]  how long blocks are remembered after their end, in microseconds
-- ARGV[6]  the reason
-- Reply    microseconds that are left; how often it was

--- include limit_now

local first, factor, longest, remember = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local left = blocked_by(redis.call('GET', KEYS[1]) or '') or 0
local times, until_when = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (%d+)$')
times = until_when and tonumber(until_when) > now and tonumber(times) or 0
if left == 0 then times = math.min(times + 1, 1000) end
local wanted = math.floor(math.min(longest, first * factor ^ math.max(0, times - 1)))
if wanted > left then
  left = wanted
  redis.call('SET', KEYS[1], text(now + left) .. ' ' .. ARGV[6], 'PX', lifetime(left))
end
redis.call('SET', KEYS[2], text(times) .. ' ' .. text(now + left + remember), 'PX', lifetime(left + remember))
return { left, times }

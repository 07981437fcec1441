-- What the scripts of limits share: Redis time in whole microseconds, or that of a test; numbers as text.
--
-- ARGV[1]  empty; in tests the time that it is. Keys then live an hour longer, because Redis has its own time for that.

local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end

local function text(number)
  return format('%.0f', number)
end

-- Milliseconds for which something is kept that is of use for so many microseconds.
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end

-- Whether a key is blocked, by what is kept of that: the instant at which it ends, a space and the reason.
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end

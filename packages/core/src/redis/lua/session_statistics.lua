#!lua flags=allow-oom
-- Sums up what was noted of one kind of device.
--
-- KEYS     see session_activity
-- ARGV[1]  milliseconds within which a use counts as recent
-- Reply    { active, recent, created in each of the last 60 minutes, the running one last }

--- include session_activity

prune()
local reply = {
  redis.call('ZCOUNT', ends, '(' .. text(now), '+inf'),
  redis.call('ZCOUNT', uses, text(now - tonumber(ARGV[1])), '+inf'),
}
local running = math.floor(now / MINUTE_MS)
for minute = running - 59, running do
  local _, count = minute_of(minute)
  reply[#reply + 1] = count
end
return reply

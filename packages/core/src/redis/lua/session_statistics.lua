#!lua flags=allow-oom
-- Sums up what was noted of one kind of device.
--
-- KEYS     see session_activity
-- ARGV[1]  milliseconds within which a use counts as recent
-- Reply    { active, recent, average length in ms, created in each of the last 60 minutes, the running one last }

--- include session_activity

local MOST_SAMPLED = 1000

-- From beginning to last use; of so many of them where there are more.
local function average_length()
  local sample = redis.call('ZRANDMEMBER', uses, MOST_SAMPLED, 'WITHSCORES')
  local sids, total, count = {}, 0, 0
  for n = 1, #sample, 2 do sids[#sids + 1] = sample[n] end
  local since = #sids > 0 and redis.call('HMGET', begun, unpack(sids)) or {}
  for n = 1, #sids do
    local first = tonumber(since[n] or '')
    if first then total, count = total + tonumber(sample[2 * n]) - first, count + 1 end
  end
  return count > 0 and math.floor(total / count) or 0
end

prune()
local reply = {
  redis.call('ZCOUNT', ends, '(' .. text(now), '+inf'),
  redis.call('ZCOUNT', uses, text(now - tonumber(ARGV[1])), '+inf'),
  average_length(),
}
local running = math.floor(now / MINUTE_MS)
for minute = running - 59, running do
  local _, count = minute_of(minute)
  reply[#reply + 1] = count
end
return reply

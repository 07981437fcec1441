#!lua flags=allow-oom
-- Ends all records of a user but one, and tells who listens. They count no more; whoever called deletes them.
--
-- KEYS[1]  the index
-- ARGV[1]  the channel
-- ARGV[2]  the message
-- ARGV[3]  the selector that is left, or nothing
-- Reply    { now, selector of one that counted until now, ... }

--- include session_now
--- include session_index

local index, except = KEYS[1], ARGV[3]
local members, reply, left = ask_index('ZRANGE', index, 0, -1, 'WITHSCORES') or {}, { now }, nil
for n = 1, #members, 2 do
  if members[n] == except then
    left = members[n + 1]
  elseif tonumber(members[n + 1]) > now then
    reply[#reply + 1] = members[n]
  end
end
redis.call('UNLINK', index)
if left then
  redis.call('ZADD', index, left, except)
  redis.call('PEXPIREAT', index, text(tonumber(left)))
end
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return reply

#!lua
-- Counts one of a client, unless there were as many as may be within the last while. The list holds their instants, the
-- oldest first, and never more than that many.
--
-- KEYS[1]  the list
-- ARGV[1]  how many there may be
-- ARGV[2]  within how many milliseconds
-- Reply    1 counted, 0 refused

--- include session_now

local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
while redis.call('LLEN', key) >= limit do
  if tonumber(redis.call('LINDEX', key, 0)) > now - window then return 0 end
  redis.call('LPOP', key)
end
redis.call('RPUSH', key, text(now))
redis.call('PEXPIRE', key, text(window))
return 1

#!lua
-- Says that an instance is alive, and counts those that are.
--
-- KEYS[1]  a sorted set of them, each with the microsecond until which it counts
-- ARGV[1]  see limit_now
-- ARGV[2]  what names it
-- ARGV[3]  microseconds for which it counts; 0 for one that ends
-- Reply    how many there are

--- include limit_now

local lives = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
if lives == 0 then
  redis.call('ZREM', KEYS[1], ARGV[2])
else
  redis.call('ZADD', KEYS[1], text(now + lives), ARGV[2])
  redis.call('PEXPIRE', KEYS[1], lifetime(lives), 'GT')
  redis.call('PEXPIRE', KEYS[1], lifetime(lives), 'NX')
end
return redis.call('ZCARD', KEYS[1])

#!lua
-- Permits that are held: a sorted set of their names, each with the microsecond at which it runs out. One of a larger weight
-- has several names.
--
-- KEYS[1]  the set
-- KEYS[2]  the block
-- ARGV[1]  see limit_now
-- ARGV[2]  'acquire', 'renew' or 'release'
-- ARGV[3]  how many there may be
-- ARGV[4]  microseconds for which a permit is good
-- ARGV[5]  the name of the permit
-- ARGV[6]  its weight
-- Reply    1 done, 0 refused: there are too many, or there is no such permit any more, or -1 never; how many are held; when
--          refused, until there would be room. -2 where the key is blocked: as of limit_check

--- include limit_now

local key, limit, lease, name, weight = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local alive = '(' .. text(now)

local function hold(flag)
  for n = 1, weight do redis.call('ZADD', key, flag, text(now + lease), name .. ':' .. n) end
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  redis.call('PEXPIRE', key, lifetime(tonumber(last) - now))
end

local held = tonumber(redis.call('ZSCORE', key, name .. ':1') or 0) > now
if ARGV[2] == 'release' then
  for n = 1, weight do redis.call('ZREM', key, name .. ':' .. n) end
  return { held and 1 or 0, redis.call('ZCOUNT', key, alive, '+inf'), 0 }
end
if ARGV[2] == 'renew' then
  if held then hold('XX') end
  return { held and 1 or 0, redis.call('ZCOUNT', key, alive, '+inf'), 0 }
end

local left, reason = blocked_by(redis.call('GET', KEYS[2]) or '')
if left then return { -2, left, reason } end
local used = redis.call('ZCOUNT', key, alive, '+inf')
if held then return { 1, used, 0 } end
if weight > limit then return { -1, used, 0 } end
if used + weight > limit then
  local first = redis.call('ZRANGEBYSCORE', key, alive, '+inf', 'WITHSCORES', 'LIMIT', used + weight - limit - 1, 1)
  return { 0, used, tonumber(first[2]) - now }
end
redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
hold('NX')
return { 1, used + weight, 0 }

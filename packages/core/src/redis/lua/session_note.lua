#!lua
-- Takes note of what the sessions of one kind of device did.
--
-- KEYS     see session_activity
-- ARGV     for each: 'created', 'used' or 'ended'; the selector; the instant of its beginning, or '0'; the instant at
--          which it ends, or '0'
-- Reply    1

--- include session_activity

-- A process tells what it has noted a little later, so that of a use it may be told after the end.
local REMEMBERED_MS = 10000

local last, new = 0, 0
prune()
redis.call('ZREMRANGEBYSCORE', ended, '-inf', text(now - REMEMBERED_MS))
for n = 1, #ARGV, 4 do
  local kind, sid, since, expires = ARGV[n], ARGV[n + 1], ARGV[n + 2], tonumber(ARGV[n + 3])
  if kind == 'ended' then
    forget({ sid })
    redis.call('ZADD', ended, text(now), sid)
    redis.call('PEXPIRE', ended, REMEMBERED_MS)
  elseif expires > now and not redis.call('ZSCORE', ended, sid) then
    redis.call('ZADD', ends, text(expires), sid)
    redis.call('ZADD', uses, text(now), sid)
    redis.call('HSET', begun, sid, since)
    last = math.max(last, expires)
  end
  if kind == 'created' then new = new + 1 end
end
for _, key in ipairs(last > 0 and { ends, uses, begun } or {}) do
  redis.call('PEXPIREAT', key, text(last), 'NX')
  redis.call('PEXPIREAT', key, text(last), 'GT')
end
if new > 0 then
  local minute = math.floor(now / MINUTE_MS)
  local field, count = minute_of(minute)
  redis.call('HSET', created, field, text(minute) .. ' ' .. text(count + new))
  redis.call('PEXPIRE', created, RING * MINUTE_MS)
end
return 1

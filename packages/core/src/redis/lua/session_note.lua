#!lua
-- Takes note of what the sessions of one kind of device did.
--
-- KEYS     see session_activity
-- ARGV     for each: 'created', 'used' or 'ended'; "selector begun", where begun is the
--          instant of its beginning; the instant at which it ends, or '0'
-- Reply    1

--- include session_activity

local last, new = 0, 0
prune()
for n = 1, #ARGV, 3 do
  local kind, sid, expires = ARGV[n], ARGV[n + 1], tonumber(ARGV[n + 2])
  if kind == 'ended' then
    redis.call('ZREM', ends, sid)
    redis.call('ZREM', uses, sid)
  elseif expires > now then
    redis.call('ZADD', ends, text(expires), sid)
    redis.call('ZADD', uses, text(now), sid)
    last = math.max(last, expires)
  end
  if kind == 'created' then new = new + 1 end
end
for _, key in ipairs(last > 0 and { ends, uses } or {}) do
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

-- Where it is noted what the sessions of one kind of device did, for session_note and session_statistics.
--
-- KEYS[1]  sorted set: selectors by the instant at which they end
-- KEYS[2]  sorted set: the same by their last use
-- KEYS[3]  hash: under minute % 64 "minute count", how many were created
-- KEYS[4]  hash: by selector the instant of its beginning
-- KEYS[5]  sorted set: selectors of those that were ended lately, by that instant

--- include session_now

local ends, uses, created, begun, ended = unpack(KEYS)
local MINUTE_MS, RING, MOST_PRUNED = 60000, 64, 1000

local function forget(sids)
  redis.call('ZREM', ends, unpack(sids))
  redis.call('ZREM', uses, unpack(sids))
  redis.call('HDEL', begun, unpack(sids))
end

-- Forgets those that ended by themselves, at most so many at a time.
local function prune()
  local over = redis.call('ZRANGE', ends, '-inf', text(now), 'BYSCORE', 'LIMIT', 0, MOST_PRUNED)
  if #over > 0 then forget(over) end
end

-- The field of a minute, and how many were created in it.
local function minute_of(minute)
  local field = text(minute % RING)
  local noted, count = string.match(redis.call('HGET', created, field) or '', '^(%d+) (%d+)$')
  return field, noted == text(minute) and tonumber(count) or 0
end

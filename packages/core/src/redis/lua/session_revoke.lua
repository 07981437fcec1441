#!lua flags=allow-oom
-- Ends records of one user, or one of nobody, whatever their secrets, and tells who listens. What was left when another
-- record took the place of one stays.
--
-- KEYS     the records, in the order of their selectors; then of a user the index
-- ARGV[1]  the channel
-- ARGV[2]  the message
-- ARGV[3]  and following: selectors
-- Reply    { now, selector of one that counted until now, ... }

--- include session_now
--- include session_index

local FIRST = 3
local count = #ARGV - FIRST + 1
local index = KEYS[count + 1]

-- Whether a record of nobody counts.
local function lives(record)
  if redis.call('TYPE', record).ok ~= 'hash' then return false end
  local found = redis.call('HMGET', record, 'ended', 'x')
  return not found[1] and (tonumber(found[2] or '') or 0) > now
end

local reply = { now }
for n = 1, count do
  local record, sid, counted = KEYS[n], ARGV[FIRST + n - 1], false
  if index then
    counted = place_of(index, sid) > now
    ask_index('ZREM', index, sid)
  else
    counted = lives(record)
  end
  if counted then reply[#reply + 1] = sid end
  -- One that is not in the index any more counts no more, so that its deletion may fail.
  local left = redis.call('TYPE', record).ok == 'hash' and redis.call('HEXISTS', record, 'ended') == 1
  if not left then redis.call('UNLINK', record) end
end
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return reply

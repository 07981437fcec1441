#!lua
-- Stores a new record, and enters that of a signed-in user in the index. A user who has as many as there may be loses
-- those that end soonest, or is refused. Records that are evicted count no more; whoever called deletes them.
--
-- KEYS[1]  the record, see session_alive
-- KEYS[2]  of a signed-in user the index
-- ARGV[1]  the selector
-- ARGV[2]  Redis time in ms after which nothing is done
-- ARGV[3]  the verifier
-- ARGV[4]  the sealed core
-- ARGV[5]  milliseconds without use after which it ends
-- ARGV[6]  Redis time in ms at which it ends in any case
-- ARGV[7]  how many records there may be with this one, or '-'
-- ARGV[8]  'evict-soonest-to-expire' or 'reject'
-- ARGV[9]  the selector of a record that has ended and kept its place in the index, which this one takes; or nothing
-- ARGV[10] and following: field, bytes, field, bytes, ...
-- Reply    { 'created', now, evicted selector, ... }, { 'rejected', now }, { 'taken', now }, { 'late', now }, or where
--          that place was taken away { 'revoked', now }

--- include session_now
--- include session_index

local record, index = KEYS[1], KEYS[2]
local sid, idle, absolute, most = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local expires = math.min(now + idle, absolute)

if now > tonumber(ARGV[2]) then return { 'late', now } end
if redis.call('EXISTS', record) == 1 then return { 'taken', now } end

local reply = { 'created', now }
if index then
  if not ask_index('ZREMRANGEBYSCORE', index, '-inf', text(now)) then redis.call('UNLINK', index) end
  if ARGV[9] ~= '' then
    if place_of(index, ARGV[9]) <= now then return { 'revoked', now } end
    redis.call('ZREM', index, ARGV[9])
  end
  local surplus = most and redis.call('ZCARD', index) - most + 1 or 0
  if surplus > 0 and ARGV[8] == 'reject' then return { 'rejected', now } end
  if surplus > 0 then
    local popped = redis.call('ZPOPMIN', index, surplus)
    for n = 1, #popped, 2 do reply[#reply + 1] = popped[n] end
  end
  redis.call('ZADD', index, text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'NX')
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local fields = {
  'v', '1', 'h', ARGV[3], 'k', ARGV[4], 'i', text(idle), 'x', text(absolute), 't', text(now), 'c', text(now), 'n', '0',
}
for n = 10, #ARGV, 2 do
  fields[#fields + 1] = 'd:' .. ARGV[n]
  fields[#fields + 1] = ARGV[n + 1]
end
redis.call('HSET', record, unpack(fields))
redis.call('PEXPIREAT', record, text(expires))
return reply

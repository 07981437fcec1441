-- What session_load and session_read do: reads a record, and notes the use where that is due.
--
-- KEYS     see session_alive
-- ARGV[1]  the selector
-- ARGV[2]  the verifier that is presented
-- ARGV[3]  '1' when nothing may be changed
-- ARGV[4]  milliseconds for which the previous secret is good when the next one takes its place
-- ARGV[5]  milliseconds since the last use that was noted, from which on this one is noted, a tenth of the idle time at
--          most; or '-'
-- Reply    { 'loaded', now, 'current' or 'previous', next secret or nil, created, touched, rotated, idle, absolute,
--          1 when noted, 1 when promoted, core, field, bytes, field, bytes, ... }, or { why not, now }

--- include session_alive

local sid, read_only, after = ARGV[1], ARGV[3] == '1', tonumber(ARGV[5])

local function touch(meta)
  redis.call('HSET', record, 't', text(now))
  live_until(sid, math.min(now + meta.i, meta.x))
  meta.t = now
end

local meta, refusal = alive(whole(), sid, ARGV[2], tonumber(ARGV[4]), read_only)
if not meta then return { refusal, now } end
local due = not read_only and after and now - meta.t >= math.min(after, meta.i / 10)
-- What is read does not depend on it.
local noted = due and pcall(touch, meta)
local reply = {
  'loaded', now, meta.secret, meta.next or false, meta.c, meta.t, meta.r or meta.c, meta.i, meta.x, noted and 1 or 0,
  meta.promoted or 0, meta.k,
}
for n, value in ipairs(meta.fields) do reply[12 + n] = value end
return reply

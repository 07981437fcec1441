#!lua flags=allow-oom
-- Ends a record because another one takes its place, and leaves word of that for a minute.
--
-- KEYS     see session_alive
-- ARGV[1]  the selector
-- ARGV[2]  the verifier that is presented
-- ARGV[3]  milliseconds for which the previous secret is good when the next one takes its place
-- ARGV[4]  '1' when its place in the index is kept for the record that takes it
-- Reply    { 'ended-now', now, core, field, bytes, field, bytes, ... }, or { why not, now }

--- include session_alive

local REMEMBERED_MS = 60000

local meta, refusal = alive(whole(), ARGV[1], ARGV[2], tonumber(ARGV[3]), false)
if not meta then return { refusal, now } end
local reply = { 'ended-now', now, meta.k }
for _, value in ipairs(meta.fields) do reply[#reply + 1] = value end
if index and ARGV[4] ~= '1' then redis.call('ZREM', index, ARGV[1]) end
redis.call('UNLINK', record)
redis.call('HSET', record, 'v', VERSION, 'ended', '1')
redis.call('PEXPIRE', record, REMEMBERED_MS)
return reply

#!lua
-- Gives a record a next secret, unless it has one. Only who presents the current secret may do so, or is told.
--
-- KEYS     see session_alive
-- ARGV[1]  the selector
-- ARGV[2]  the verifier that is presented
-- ARGV[3]  Redis time in ms after which nothing is done
-- ARGV[4]  milliseconds for which the previous secret is good when the next one takes its place
-- ARGV[5]  the next verifier
-- ARGV[6]  the next secret, sealed
-- Reply    { 'rotated', now, 'current' or 'previous', next secret or nil }, { 'late', now } or { why not, now }

--- include session_alive

if now > tonumber(ARGV[3]) then return { 'late', now } end
local meta, refusal = alive(meta_of(), ARGV[1], ARGV[2], tonumber(ARGV[4]), false)
if not meta then return { refusal, now } end
if meta.secret == 'current' and not meta.next then
  redis.call('HSET', record, 'q', ARGV[5], 'w', ARGV[6])
  meta.next = ARGV[6]
end
return { 'rotated', now, meta.secret, meta.next or false }

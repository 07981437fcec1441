#!lua
-- Claims the load of one entry for a holder, unless another one has it. The value is the holder's token, the Redis time
-- in ms until which it counts, and how many holders in a row have failed. Two tokens are nobody's: '-' is a pause after a
-- failure, '*' says that what the last holder loaded was not stored, so that nobody need hold it. Anything else under the
-- key is overwritten.
--
-- KEYS[1]  the claim
-- ARGV[1]  the token
-- ARGV[2]  milliseconds for which it is claimed
-- ARGV[3]  '1' when a pause refuses, too
-- Reply    { 1, failures } granted, { 0, milliseconds that are left, 1 for a pause }, or { 2, 0 } nobody need hold it

--- include claimed

local token, ends, failures = claimed(KEYS[1])
local now = now_ms()
if token == '*' and ARGV[3] ~= '1' then return { 2, 0 } end
if token and now < ends and token ~= ARGV[1] and (token ~= '-' or ARGV[3] == '1') then
  return { 0, ends - now, token == '-' and 1 or 0 }
end
keep(KEYS[1], ARGV[1], now, tonumber(ARGV[2]), failures)
return { 1, failures }

#!lua flags=allow-oom
-- Ends a claim of its holder: at once, or with a pause after a failed load. One that somebody else has by now stays.
--
-- KEYS[1]  the claim
-- ARGV[1]  the token
-- ARGV[2]  milliseconds of the pause; 0 after a success, which ends the row of failures
-- ARGV[3]  without a pause: milliseconds for which nobody need hold it, because nothing was stored; 0 for none
-- Reply    1 ended, 0 not the holder's any more

--- include claimed

local token, _, failures = claimed(KEYS[1])
local pause = tonumber(ARGV[2])
if token ~= ARGV[1] then return 0 end
local open = tonumber(ARGV[3])
if pause > 0 then
  keep(KEYS[1], '-', now_ms(), pause, failures + 1)
elseif open > 0 then
  -- Over for whoever takes it for a claim.
  redis.call('SET', KEYS[1], string.format('* %.0f 0', now_ms()), 'PX', open)
else
  redis.call('UNLINK', KEYS[1])
end
return 1

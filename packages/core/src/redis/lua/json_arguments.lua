-- Stands before a script whose arguments came as JSON, which has characters and no bytes: each byte of theirs is a
-- character, as src/redis-http/arguments.ts makes them, and in UTF-8 that is two bytes for those that are no ASCII.
local BYTES = {}
for n = 128, 191 do
  local low = string.char(n)
  BYTES['\194' .. low], BYTES['\195' .. low] = low, string.char(n + 64)
  if n < 160 then BYTES['\196' .. low] = string.char(n - 128) end
end
local decoded = {}
for n = 1, #ARGV do decoded[n] = string.gsub(ARGV[n], '[\194-\196][\128-\191]', BYTES) end
local ARGV = decoded

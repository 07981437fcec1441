-- The clock of the entry that is stored under a key; nil for another generation's, and for what is not a cache entry of
-- this layout. Looks only at the header (docs/wire-format.md).
local function stored_clock(key, generation)
  local header = redis.pcall('GETRANGE', key, 0, 27)
  if type(header) ~= 'string' or #header < 28 then return nil end
  local magic, version, _, kinds = string.byte(header, 1, 4)
  if magic ~= 0xC1 or version ~= 1 or math.floor(kinds / 16) ~= 1 then return nil end
  if string.sub(header, 5, 20) ~= generation then return nil end
  local high, low = struct.unpack('>I4I4', string.sub(header, 21, 28))
  return high * 4294967296 + low
end

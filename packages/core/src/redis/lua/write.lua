#!lua
-- Stores an entry, unless one of the same generation with a higher clock is there. Looks only at the header of what is
-- stored (docs/wire-format.md); bytes that are not a cache entry of this layout, or another type, are overwritten.
--
-- KEYS[1]  the entry
-- ARGV[1]  its bytes
-- ARGV[2]  milliseconds until it expires
-- ARGV[3]  its generation, 16 bytes
-- ARGV[4]  its clock
-- Reply    1 stored, 0 outranked

local key, bytes, ttl, generation, clock = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

-- The clock of the stored entry; nil where there is none of this generation.
local function stored_clock()
  local header = redis.pcall('GETRANGE', key, 0, 27)
  if type(header) ~= 'string' or #header < 28 then return nil end
  local magic, version, _, kinds = string.byte(header, 1, 4)
  if magic ~= 0xC1 or version ~= 1 or math.floor(kinds / 16) ~= 1 then return nil end
  if string.sub(header, 5, 20) ~= generation then return nil end
  local high, low = struct.unpack('>I4I4', string.sub(header, 21, 28))
  return high * 4294967296 + low
end

local there = stored_clock()
if there and there > clock then return 0 end
redis.call('SET', key, bytes, 'PX', ttl)
return 1

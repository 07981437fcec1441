#!lua
-- Stores an entry, unless one of the same generation with a higher clock is there. Bytes that are not a cache entry of
-- this layout, or another type, are overwritten.
--
-- KEYS[1]  the entry
-- ARGV[1]  its bytes
-- ARGV[2]  milliseconds until it expires
-- ARGV[3]  its generation, 16 bytes
-- ARGV[4]  its clock
-- Reply    1 stored, 0 outranked

--- include stored_clock

local key, bytes, ttl, generation, clock = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local there = stored_clock(key, generation)
if there and there > clock then return 0 end
redis.call('SET', key, bytes, 'PX', ttl)
return 1

#!lua
-- Lets an entry live longer or shorter, if it is still the one that was loaded at this clock. Its clock stays: it is not
-- newer for being kept.
--
-- KEYS[1]  the entry
-- ARGV[1]  its generation, 16 bytes
-- ARGV[2]  its clock
-- ARGV[3]  until when it is fresh and until when it may be served stale, as they lie in the entry, 16 bytes
-- ARGV[4]  milliseconds until it expires
-- Reply    1 done, 0 another entry or none is there

--- include stored_clock

local key, generation, clock, instants, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

if stored_clock(key, generation) ~= clock then return 0 end
redis.call('SETRANGE', key, 36, instants)
redis.call('PEXPIRE', key, ttl)
return 1

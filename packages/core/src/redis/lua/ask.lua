#!lua flags=allow-oom
-- Asks for generation, clock and time; starts a generation where there is none. A full server answers too: without an
-- answer nothing could be read.
--
-- KEYS[1]  the meta hash
-- ARGV[1]  candidate: the generation, should one have to be started
-- ARGV[2]  keep: milliseconds for which the hash must live from now on
-- ARGV[3]  empty over a connection that was checked by identify; else the check comes first, and this stands for the run
--          id of a server that tells none
-- Reply    { generation, clock, seconds, microseconds }, the last two of TIME

--- include generation

local key, candidate, keep, anonymous = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local meta
if anonymous == '' then meta = meta_of(key) else meta = meta_of_run(key, anonymous) end
if meta then
  redis.call('PEXPIRE', key, keep, 'GT')
else
  meta = start(key, candidate, keep, anonymous)
end
local time = redis.call('TIME')
return { meta.generation, text(meta.clock), time[1], time[2] }

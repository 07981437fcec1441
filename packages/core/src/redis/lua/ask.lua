#!lua flags=allow-oom
-- Asks for generation, clock and time; starts a generation where there is none, or where another run of the server
-- started it. A full server answers too: without an answer nothing could be read.
--
-- KEYS[1]  the meta hash
-- ARGV[1]  candidate: the generation, should one have to be started
-- ARGV[2]  keep: milliseconds for which the hash must live from now on
-- ARGV[3]  '1' to compare the server's run id, '0' to leave that out
-- Reply    { generation, clock, seconds, microseconds }, the last two of TIME

--- include generation

local key, candidate, keep = KEYS[1], ARGV[1], ARGV[2]
local meta = meta_of(key)
local run = (not meta or ARGV[3] == '1') and run_id()
if meta and (not run or meta.run == run) then
  redis.call('PEXPIRE', key, keep, 'GT')
else
  meta = start(key, candidate, run, keep)
end
local time = redis.call('TIME')
return { meta.generation, text(meta.clock), time[1], time[2] }

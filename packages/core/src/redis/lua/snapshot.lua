#!lua flags=allow-oom
-- Reads the view where no connection was checked by identify: the check comes first, and a replica, which may not know
-- the last invalidations, does not run it.
--
-- KEYS[1]  the meta hash
-- ARGV[1]  what stands for the run id of a server that tells none
-- ARGV[2]  and following: fields
-- Reply    their values, in this order; none where no generation of this run is there

--- include generation

local CHUNK = 1000
local values = {}
if not meta_of_run(KEYS[1], ARGV[1]) then return values end
for first = 2, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  local found = redis.call('HMGET', KEYS[1], unpack(ARGV, first, last))
  for n = 1, last - first + 1 do values[first - 2 + n] = found[n] end
end
return values

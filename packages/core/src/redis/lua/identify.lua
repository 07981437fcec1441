#!lua flags=allow-oom
-- Ends the generation when another run of a server started it: after a restart or a failover, invalidations may be
-- missing from the data. Runs first on every new connection. The next question starts a generation.
--
-- KEYS[1]  the meta hash
-- Reply    1 when a generation was ended, else 0

--- include generation

local meta = meta_of(KEYS[1])
if not meta or meta.run == run_id() then return 0 end
redis.call('UNLINK', KEYS[1])
return 1

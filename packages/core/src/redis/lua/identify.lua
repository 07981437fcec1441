#!lua flags=allow-oom
-- Ends the generation when another run of a server started it: after a restart or a failover, invalidations may be
-- missing from the data. Runs first on every new connection. The next question starts a generation.
--
-- KEYS[1]  the meta hash
-- Reply    1 when a generation was ended, else 0

--- include generation

if not meta_of(KEYS[1]) or meta_of_run(KEYS[1], '') then return 0 end
return 1

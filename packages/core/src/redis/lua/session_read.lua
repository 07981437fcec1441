#!lua flags=no-writes
-- Reads a record and changes nothing, of a server that takes no writes because it cannot save them. Never sent first:
-- a replica would answer it, which may not know the last revocations.
--
-- KEYS, ARGV and replies: see session_loading; ARGV[3] is '1'

--- include session_loading

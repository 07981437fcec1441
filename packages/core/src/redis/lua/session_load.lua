#!lua flags=allow-oom
-- Reads a record, and notes the use where that is due. A full server answers too, and lets nobody's session run out.
--
-- KEYS, ARGV and replies: see session_loading

--- include session_loading

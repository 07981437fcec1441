#!lua flags=allow-oom
-- The selectors of a user's records that count. It may write for all that Redis knows, so that a replica refuses it.
--
-- KEYS[1]  the index
-- Reply    selectors, the one that ends soonest first

--- include session_now
--- include session_index

return ask_index('ZRANGE', KEYS[1], '(' .. text(now), '+inf', 'BYSCORE') or {}

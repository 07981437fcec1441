#!lua flags=allow-oom
-- What is known of those records of a user that count. See session_members for the flags.
--
-- KEYS     the records, in the order of their selectors; then the index
-- ARGV     selectors
-- Reply    selector, instant at which it ends unless it is used, created, touched, absolute, core, selector, ...

--- include session_now
--- include session_index

local index, reply = KEYS[#KEYS], {}
for n, sid in ipairs(ARGV) do
  local expires = place_of(index, sid)
  if expires > now and redis.call('TYPE', KEYS[n]).ok == 'hash' then
    local found = redis.call('HMGET', KEYS[n], 'c', 't', 'x', 'k', 'v')
    local created, touched, absolute = tonumber(found[1] or ''), tonumber(found[2] or ''), tonumber(found[3] or '')
    if found[5] == '1' and created and touched and found[4] and (absolute or 0) > now then
      for _, value in ipairs({ sid, expires, created, touched, absolute, found[4] }) do reply[#reply + 1] = value end
    end
  end
end
return reply

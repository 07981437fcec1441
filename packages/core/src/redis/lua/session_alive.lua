-- What load, commit, rotate and end begin with: whether a record is alive for the secret that is presented.
--
-- KEYS[1]  the record, a hash: v version of the layout, h verifier, x absolute end, i idle time, t last use that was
--          noted, c created, n commits, k sealed core, d:<field> sealed fields; with a next secret q, its verifier, and
--          w, itself, sealed; after a rotation o, the previous verifier, e until when that is good, and r since when h
--          is the current one. `ended` stands in what is left when another record took its place.
-- KEYS[2]  of a signed-in user the index, a sorted set of selectors, each with the instant at which its record ends

--- include session_now
--- include session_index

local VERSION = '1'
local META = { 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended' }
local record, index = KEYS[1], KEYS[2]

-- What `command` finds of the record; nil where that is no hash.
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end

-- All of the record but d:<field>; with `whole` those as well, as { name, bytes, name, bytes, ... } in `fields`. Nil
-- where there is no record.
local function meta_of(whole)
  local meta, fields = {}, {}
  if not whole then
    local values = found_by('HMGET', unpack(META))
    for n, name in ipairs(META) do meta[name] = values and values[n] or nil end
    if not meta.v and redis.call('TYPE', record).ok ~= 'hash' then return nil end
    return meta
  end
  local all, known = found_by('HGETALL') or {}, {}
  if #all == 0 then return nil end
  for _, name in ipairs(META) do known[name] = true end
  for n = 1, #all, 2 do
    if known[all[n]] then
      meta[all[n]] = all[n + 1]
    elseif string.sub(all[n], 1, 2) == 'd:' then
      fields[#fields + 1] = string.sub(all[n], 3)
      fields[#fields + 1] = all[n + 1]
    end
  end
  meta.fields = fields
  return meta
end

-- False for the layout of another version. Makes numbers of those that are some.
local function understood(meta)
  for _, name in ipairs({ 'x', 'i', 't', 'c', 'n', 'e', 'r' }) do meta[name] = tonumber(meta[name] or '') end
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end

-- Puts the next secret in the place of the current one.
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end

-- What is stored of a record that is alive, with `secret`, which one was presented, and `next`, what is to be told of
-- the next one; with `whole` also `fields`; else nil and why not.
local function alive(sid, verifier, grace, read_only, whole)
  local meta = meta_of(whole)
  if not meta then
    if index and not read_only then redis.pcall('ZREM', index, sid) end
    return nil, 'missing'
  end
  if meta.ended then return nil, 'ended' end
  if not understood(meta) then return nil, 'unknown' end
  if meta.x <= now then return nil, 'expired' end
  if index and place_of(index, sid) <= now then return nil, 'revoked' end
  if verifier == meta.h then
    meta.secret, meta.next = 'current', meta.q and meta.w
  elseif meta.q and verifier == meta.q then
    meta.secret = 'current'
    if not read_only then promote(meta, grace) end
  elseif meta.o and verifier == meta.o and meta.e and now < meta.e then
    meta.secret = 'previous'
  else
    return nil, 'reuse'
  end
  return meta
end

-- Sets when the record ends; the index ends with its last one.
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end

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
local record, index = KEYS[1], KEYS[2]

-- What `command` finds of the record; nil where that is no hash.
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end

-- All of the record but d:<field>, and what of it has the names; nil where there is no record.
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end

-- The record with all that is in d:<field>, as { field, bytes, field, bytes, ... } in `fields`; nil where there is none.
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
  -- Of its final size from the beginning: growing costs more than all the rest.
  local fields, last, meta = {}, 0, {
    v = nil, h = nil, x = nil, i = nil, t = nil, c = nil, n = nil, k = nil, q = nil, w = nil, o = nil, e = nil, r = nil,
  }
  for n = 1, #found, 2 do
    local name = found[n]
    local second = string.byte(name, 2)
    if not second or name == 'ended' then
      meta[name] = found[n + 1]
    elseif second == 58 and string.byte(name) == 100 then
      fields[last + 1], fields[last + 2], last = string.sub(name, 3), found[n + 1], last + 2
    end
  end
  meta.fields = fields
  return meta
end

-- False for the layout of another version. Makes numbers of those that are some.
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end

-- Puts the next secret in the place of the current one.
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end

-- What is stored of a record that is alive, given what was found, with `secret`, which one was presented, and `next`,
-- what is to be told of the next one; else nil and why not.
local function alive(meta, sid, verifier, grace, read_only)
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

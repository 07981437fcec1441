#!lua
-- Changes fields of a record: all of it or nothing.
--
-- KEYS     see session_alive
-- ARGV[1]  the selector
-- ARGV[2]  the verifier that is presented
-- ARGV[3]  Redis time in ms after which nothing is done
-- ARGV[4]  milliseconds for which the previous secret is good when the next one takes its place
-- ARGV[5]  '1' when a use is noted
-- ARGV[6]  another idle time in ms, or '-'
-- ARGV[7]  another core, or nothing
-- ARGV[8]  the nonce of the core that it takes the place of
-- ARGV[9]  and following, for each change: the field; the nonce of the value it was made from, or nothing; 'change',
--          'leave' or 'refuse' for another value; 'set' or 'delete'; the bytes, or nothing
-- Reply    { 'committed', now, 'current' or 'previous', next secret or nil, mismatched field, ... };
--          { 'conflict', now, the same two, refused field, bytes or nil, ... }; { 'full', now }, { 'late', now } or
--          { why not, now }

--- include session_alive

local FIRST, PARTS, MOST_FIELDS, OF_META = 9, 5, 64, 14
local sid, touched, idle, core = ARGV[1], ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7]

local function nonce_of(bytes)
  return string.sub(bytes or '', 9, 20)
end

-- How many fields there would be with `new` ones more.
local function total(new)
  local count = new
  for _, name in ipairs(redis.call('HKEYS', record)) do
    if string.sub(name, 1, 2) == 'd:' then count = count + 1 end
  end
  return count
end

if now > tonumber(ARGV[3]) then return { 'late', now } end
local names = {}
for at = FIRST, #ARGV, PARTS do names[#names + 1] = 'd:' .. ARGV[at] end
local found, stored = meta_of(unpack(names))
local meta, refusal = alive(found, sid, ARGV[2], tonumber(ARGV[4]), false)
if not meta then return { refusal, now } end

local committed = { 'committed', now, meta.secret, meta.next or false }
local conflict = { 'conflict', now, meta.secret, meta.next or false }
local refused = core ~= '' and nonce_of(meta.k) ~= ARGV[8]
local sets, deletes, new = {}, {}, 0
for n, name in ipairs(names) do
  local at, old = FIRST + (n - 1) * PARTS, stored[OF_META + n]
  local matches, mode = nonce_of(old) == ARGV[at + 1], ARGV[at + 2]
  if not matches and mode == 'refuse' then
    refused = true
    conflict[#conflict + 1] = ARGV[at]
    conflict[#conflict + 1] = old
  elseif not matches then
    committed[#committed + 1] = ARGV[at]
  end
  if (matches or mode == 'change') and ARGV[at + 3] == 'set' then
    sets[#sets + 1] = name
    sets[#sets + 1] = ARGV[at + 4]
    new = new + (old and 0 or 1)
  elseif (matches or mode == 'change') and old then
    deletes[#deletes + 1] = name
    new = new - 1
  end
end
if refused then return conflict end
if new > 0 and total(new) > MOST_FIELDS then return { 'full', now } end

local function set(name, value)
  sets[#sets + 1] = name
  sets[#sets + 1] = value
end
set('n', text((meta.n or 0) + 1))
if core ~= '' then set('k', core) end
if idle then set('i', text(idle)) end
if touched then set('t', text(now)) end
redis.call('HSET', record, unpack(sets))
if #deletes > 0 then redis.call('HDEL', record, unpack(deletes)) end
if touched or idle then live_until(sid, math.min((touched and now or meta.t) + (idle or meta.i), meta.x)) end
return committed

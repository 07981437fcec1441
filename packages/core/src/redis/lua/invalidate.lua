#!lua flags=allow-oom
-- Raises the markers of all names to one clock above every earlier one, and tells every instance. All that can fail
-- comes before the first write; what comes after the markers cannot fail the script.
--
-- KEYS[1]  the meta hash
-- ARGV[1]  candidate: the generation, should one have to be started
-- ARGV[2]  keep: milliseconds for which the hash must live from now on
-- ARGV[3]  'hard' or 'soft'
-- ARGV[4]  with 'soft': Redis time in ms from which it counts as hard, or '-'
-- ARGV[5]  the most markers that are kept
-- ARGV[6]  the hint channel
-- ARGV[7]  what stands for the run id of a server that tells none; empty to refuse such a server
-- ARGV[8]  and following: names
-- Reply    { generation, previous clock, clock }
-- Hint     generation, previous clock, clock, 'hard' or 'soft', deadline or '-', then the names, joined by newlines

--- include generation

local QUEUE_FACTOR, MOST_FLOORS, CHUNK = 4, 1000, 1000
local key, candidate, keep, kind, bound = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[5])
local deadline, channel, anonymous = tonumber(ARGV[4]), ARGV[6], ARGV[7]
local names = {}
for i = 8, #ARGV do names[#names + 1] = ARGV[i] end

-- Calls `command key` with the arguments in parts that fit Lua's stack; `each` gets the replies.
local function in_parts(command, arguments, each)
  for first = 1, #arguments, CHUNK do
    local last = math.min(first + CHUNK - 1, #arguments)
    local reply = redis.call(command, key, unpack(arguments, first, last))
    if each then each(reply, first - 1) end
  end
end

local FORM = '^(%d+) ?(%d*) ?(%d*)$'

-- False for a marker that another version wrote in a form of its own.
local function readable(marker)
  return string.match(marker, FORM) ~= nil
end

local function parse(marker)
  local hard, soft, deadline = string.match(marker or '', FORM)
  return tonumber(hard or '') or 0, tonumber(soft or '') or 0, tonumber(deadline or '')
end

local function marker_text(hard, soft, deadline)
  if deadline then return text(hard) .. ' ' .. text(soft) .. ' ' .. text(deadline) end
  if soft > 0 then return text(hard) .. ' ' .. text(soft) end
  return text(hard)
end

-- The marker after one more invalidation. A deadline that has passed made the earlier soft invalidation a hard one; it
-- must not be postponed by this one.
local function raised(marker, clock, now)
  if marker and not readable(marker) then return marker_text(clock, 0, nil) end
  local hard, soft, old = parse(marker)
  if kind == 'hard' then return marker_text(clock, soft, old) end
  if old and now >= old then return marker_text(math.max(hard, soft), clock, deadline) end
  return marker_text(hard, clock, old and deadline and math.min(old, deadline) or old or deadline)
end

-- The field of the floor that remembers a dropped marker: the one of its namespace for a key or a prefix, and the one of
-- all for a tag, for everything, and where too many namespaces have a floor already.
local function floor_of(name, floors, meta)
  local namespace = string.match(name, '^[kp]:([^:]+):')
  if not namespace then return '$f' end
  local field = 'f:' .. namespace
  if floors[field] or redis.call('HGET', key, field) then return field end
  if meta.spaces >= MOST_FLOORS then return '$f' end
  meta.spaces = meta.spaces + 1
  return field
end

-- Takes the oldest invalidations from the queue while there are too many markers or too long a queue, at most some more
-- than came in, so that a bound that was lowered is reached in many calls. Floors rise before a marker goes; clocks come
-- in their order, so that they only rise.
local function prune(meta)
  local markers = redis.call('HLEN', key) - (meta.clock - meta.head + 1) - FIXED_FIELDS - meta.spaces
  local budget = 2 * #names + CHUNK
  local head, weight, floors, gone = meta.head, meta.weight, {}, {}
  while (math.min(markers, weight) > bound or weight > QUEUE_FACTOR * bound) and head <= meta.clock and budget > 0 do
    local queued = 'q:' .. text(head)
    local count = 0
    for name in string.gmatch(redis.call('HGET', key, queued) or '', '[^\n]+') do
      count = count + 1
      local marker = redis.call('HGET', key, name)
      local hard, soft = parse(marker)
      if marker and readable(marker) and math.max(hard, soft) <= head then
        gone[#gone + 1] = name
        markers = markers - 1
        floors[floor_of(name, floors, meta)] = head
      end
    end
    gone[#gone + 1] = queued
    head, weight, budget = head + 1, weight - math.max(1, count), budget - math.max(1, count)
  end
  if #gone == 0 then return end
  local risen = {}
  for field, clock in pairs(floors) do
    risen[#risen + 1] = field
    risen[#risen + 1] = text(clock)
  end
  in_parts('HSET', risen)
  redis.call('HSET', key, '$h', text(head), '$n', text(weight), '$s', text(meta.spaces))
  in_parts('HDEL', gone)
end

local meta = meta_of(key)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local previous = meta and meta.clock or 1
local clock = previous + 1
local fields = {}
in_parts('HMGET', names, function(found, before)
  for i = 1, #found do
    fields[#fields + 1] = names[before + i]
    fields[#fields + 1] = raised(found[i], clock, now)
  end
end)

meta = meta or start(key, candidate, keep, anonymous)
meta.clock, meta.weight = clock, meta.weight + math.max(1, #names)
in_parts('HSET', fields)
redis.call('HSET', key, '$c', text(clock), '$n', text(meta.weight), 'q:' .. text(clock), table.concat(names, '\n'))

pcall(prune, meta)
redis.pcall('PEXPIRE', key, keep, 'GT')
local hint = { meta.generation, text(previous), text(clock), kind, deadline and text(deadline) or '-' }
redis.pcall('PUBLISH', channel, table.concat(hint, '\n') .. '\n' .. table.concat(names, '\n'))
return { meta.generation, text(previous), text(clock) }

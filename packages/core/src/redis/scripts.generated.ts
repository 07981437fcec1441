// Made by scripts/embed-lua.mjs from lua/*.lua; edit those.

export const askLua: string = String.raw`#!lua flags=allow-oom
local FIXED_FIELDS = 7
local function text(number)
  return string.format('%.0f', number)
end
local function meta_of(key)
  local found = redis.call('HMGET', key, '$g', '$c', '$f', '$r', '$h', '$n', '$s')
  if not found[1] and redis.call('EXISTS', key) == 0 then return nil end
  local meta = {
    generation = found[1], run = found[4], clock = tonumber(found[2] or ''), floor = tonumber(found[3] or ''),
    head = tonumber(found[5] or ''), weight = tonumber(found[6] or ''), spaces = tonumber(found[7] or ''),
  }
  local whole = meta.generation and meta.clock and meta.floor and meta.run and meta.head and meta.weight and meta.spaces
  if whole then return meta end
  error({ err = 'FOREIGN the hash is not a meta hash of this layout' })
end
local function run_id()
  local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  if not id then error({ err = 'NORUNID the server does not tell its run_id' }) end
  return id
end
local function start(key, generation, keep)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local key, candidate, keep = KEYS[1], ARGV[1], ARGV[2]
local meta = meta_of(key)
if meta then
  redis.call('PEXPIRE', key, keep, 'GT')
else
  meta = start(key, candidate, keep)
end
local time = redis.call('TIME')
return { meta.generation, text(meta.clock), time[1], time[2] }`

export const claimLua: string = String.raw`#!lua
local MEMORY_MS = 60000
local function claimed(key)
  local value = redis.pcall('GET', key)
  local token, ends, failures = string.match(type(value) == 'string' and value or '', '^(%S+) (%d+) (%d+)$')
  return token, tonumber(ends or '') or 0, tonumber(failures or '') or 0
end
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function keep(key, token, now, ttl, failures)
  local value = string.format('%s %.0f %.0f', token, now + ttl, failures)
  redis.call('SET', key, value, 'PX', ttl + (failures > 0 and MEMORY_MS or 0))
end
local token, ends, failures = claimed(KEYS[1])
local now = now_ms()
if token and now < ends and token ~= ARGV[1] and (token ~= '-' or ARGV[3] == '1') then
  return { 0, ends - now, token == '-' and 1 or 0 }
end
keep(KEYS[1], ARGV[1], now, tonumber(ARGV[2]), failures)
return { 1, failures }`

export const identifyLua: string = String.raw`#!lua flags=allow-oom
local FIXED_FIELDS = 7
local function text(number)
  return string.format('%.0f', number)
end
local function meta_of(key)
  local found = redis.call('HMGET', key, '$g', '$c', '$f', '$r', '$h', '$n', '$s')
  if not found[1] and redis.call('EXISTS', key) == 0 then return nil end
  local meta = {
    generation = found[1], run = found[4], clock = tonumber(found[2] or ''), floor = tonumber(found[3] or ''),
    head = tonumber(found[5] or ''), weight = tonumber(found[6] or ''), spaces = tonumber(found[7] or ''),
  }
  local whole = meta.generation and meta.clock and meta.floor and meta.run and meta.head and meta.weight and meta.spaces
  if whole then return meta end
  error({ err = 'FOREIGN the hash is not a meta hash of this layout' })
end
local function run_id()
  local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  if not id then error({ err = 'NORUNID the server does not tell its run_id' }) end
  return id
end
local function start(key, generation, keep)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local meta = meta_of(KEYS[1])
if not meta or meta.run == run_id() then return 0 end
redis.call('UNLINK', KEYS[1])
return 1`

export const invalidateLua: string = String.raw`#!lua flags=allow-oom
local FIXED_FIELDS = 7
local function text(number)
  return string.format('%.0f', number)
end
local function meta_of(key)
  local found = redis.call('HMGET', key, '$g', '$c', '$f', '$r', '$h', '$n', '$s')
  if not found[1] and redis.call('EXISTS', key) == 0 then return nil end
  local meta = {
    generation = found[1], run = found[4], clock = tonumber(found[2] or ''), floor = tonumber(found[3] or ''),
    head = tonumber(found[5] or ''), weight = tonumber(found[6] or ''), spaces = tonumber(found[7] or ''),
  }
  local whole = meta.generation and meta.clock and meta.floor and meta.run and meta.head and meta.weight and meta.spaces
  if whole then return meta end
  error({ err = 'FOREIGN the hash is not a meta hash of this layout' })
end
local function run_id()
  local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  if not id then error({ err = 'NORUNID the server does not tell its run_id' }) end
  return id
end
local function start(key, generation, keep)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local QUEUE_FACTOR, MOST_FLOORS, CHUNK = 4, 1000, 1000
local key, candidate, keep, kind, bound, channel = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[5]), ARGV[6]
local deadline = tonumber(ARGV[4])
local names = {}
for i = 7, #ARGV do names[#names + 1] = ARGV[i] end
local function in_parts(command, arguments, each)
  for first = 1, #arguments, CHUNK do
    local last = math.min(first + CHUNK - 1, #arguments)
    local reply = redis.call(command, key, unpack(arguments, first, last))
    if each then each(reply, first - 1) end
  end
end
local FORM = '^(%d+) ?(%d*) ?(%d*)$'
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
local function raised(marker, clock, now)
  if marker and not readable(marker) then return marker_text(clock, 0, nil) end
  local hard, soft, old = parse(marker)
  if kind == 'hard' then return marker_text(clock, soft, old) end
  if old and now >= old then return marker_text(math.max(hard, soft), clock, deadline) end
  return marker_text(hard, clock, old and deadline and math.min(old, deadline) or old or deadline)
end
local function floor_of(name, floors, meta)
  local namespace = string.match(name, '^[kp]:([^:]+):')
  if not namespace then return '$f' end
  local field = 'f:' .. namespace
  if floors[field] or redis.call('HGET', key, field) then return field end
  if meta.spaces >= MOST_FLOORS then return '$f' end
  meta.spaces = meta.spaces + 1
  return field
end
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
meta = meta or start(key, candidate, keep)
meta.clock, meta.weight = clock, meta.weight + math.max(1, #names)
in_parts('HSET', fields)
redis.call('HSET', key, '$c', text(clock), '$n', text(meta.weight), 'q:' .. text(clock), table.concat(names, '\n'))
pcall(prune, meta)
redis.pcall('PEXPIRE', key, keep, 'GT')
local hint = { meta.generation, text(previous), text(clock), kind, deadline and text(deadline) or '-' }
redis.pcall('PUBLISH', channel, table.concat(hint, '\n') .. '\n' .. table.concat(names, '\n'))
return { meta.generation, text(previous), text(clock) }`

export const releaseLua: string = String.raw`#!lua flags=allow-oom
local MEMORY_MS = 60000
local function claimed(key)
  local value = redis.pcall('GET', key)
  local token, ends, failures = string.match(type(value) == 'string' and value or '', '^(%S+) (%d+) (%d+)$')
  return token, tonumber(ends or '') or 0, tonumber(failures or '') or 0
end
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function keep(key, token, now, ttl, failures)
  local value = string.format('%s %.0f %.0f', token, now + ttl, failures)
  redis.call('SET', key, value, 'PX', ttl + (failures > 0 and MEMORY_MS or 0))
end
local token, _, failures = claimed(KEYS[1])
local pause = tonumber(ARGV[2])
if token ~= ARGV[1] then return 0 end
if pause > 0 then keep(KEYS[1], '-', now_ms(), pause, failures + 1) else redis.call('UNLINK', KEYS[1]) end
return 1`

export const touchLua: string = String.raw`#!lua
local function stored_clock(key, generation)
  local header = redis.pcall('GETRANGE', key, 0, 27)
  if type(header) ~= 'string' or #header < 28 then return nil end
  local magic, version, _, kinds = string.byte(header, 1, 4)
  if magic ~= 0xC1 or version ~= 1 or math.floor(kinds / 16) ~= 1 then return nil end
  if string.sub(header, 5, 20) ~= generation then return nil end
  local high, low = struct.unpack('>I4I4', string.sub(header, 21, 28))
  return high * 4294967296 + low
end
local key, generation, clock, instants, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
if stored_clock(key, generation) ~= clock then return 0 end
redis.call('SETRANGE', key, 36, instants)
redis.call('PEXPIRE', key, ttl)
return 1`

export const writeLua: string = String.raw`#!lua
local function stored_clock(key, generation)
  local header = redis.pcall('GETRANGE', key, 0, 27)
  if type(header) ~= 'string' or #header < 28 then return nil end
  local magic, version, _, kinds = string.byte(header, 1, 4)
  if magic ~= 0xC1 or version ~= 1 or math.floor(kinds / 16) ~= 1 then return nil end
  if string.sub(header, 5, 20) ~= generation then return nil end
  local high, low = struct.unpack('>I4I4', string.sub(header, 21, 28))
  return high * 4294967296 + low
end
local key, bytes, ttl, generation, clock = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local there = stored_clock(key, generation)
if there and there > clock then return 0 end
redis.call('SET', key, bytes, 'PX', ttl)
return 1`

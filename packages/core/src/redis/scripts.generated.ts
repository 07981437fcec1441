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
local function run_id(anonymous)
  local info = redis.pcall('INFO', 'server')
  local told = type(info) == 'string'
  if not told and anonymous == '' then error(info) end
  local id = told and string.match(info, 'run_id:(%x+)')
  if id then return id end
  if anonymous ~= '' then return anonymous end
  error({ err = 'NORUNID the server does not tell its run_id' })
end
local function meta_of_run(key, anonymous)
  local meta = meta_of(key)
  if not meta or meta.run == run_id(anonymous) then return meta end
  redis.call('UNLINK', key)
  return nil
end
local function start(key, generation, keep, anonymous)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(anonymous), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local key, candidate, keep, anonymous = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local meta
if anonymous == '' then meta = meta_of(key) else meta = meta_of_run(key, anonymous) end
if meta then
  redis.call('PEXPIRE', key, keep, 'GT')
else
  meta = start(key, candidate, keep, anonymous)
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
if token == '*' and ARGV[3] ~= '1' then return { 2, 0 } end
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
local function run_id(anonymous)
  local info = redis.pcall('INFO', 'server')
  local told = type(info) == 'string'
  if not told and anonymous == '' then error(info) end
  local id = told and string.match(info, 'run_id:(%x+)')
  if id then return id end
  if anonymous ~= '' then return anonymous end
  error({ err = 'NORUNID the server does not tell its run_id' })
end
local function meta_of_run(key, anonymous)
  local meta = meta_of(key)
  if not meta or meta.run == run_id(anonymous) then return meta end
  redis.call('UNLINK', key)
  return nil
end
local function start(key, generation, keep, anonymous)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(anonymous), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
if not meta_of(KEYS[1]) or meta_of_run(KEYS[1], '') then return 0 end
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
local function run_id(anonymous)
  local info = redis.pcall('INFO', 'server')
  local told = type(info) == 'string'
  if not told and anonymous == '' then error(info) end
  local id = told and string.match(info, 'run_id:(%x+)')
  if id then return id end
  if anonymous ~= '' then return anonymous end
  error({ err = 'NORUNID the server does not tell its run_id' })
end
local function meta_of_run(key, anonymous)
  local meta = meta_of(key)
  if not meta or meta.run == run_id(anonymous) then return meta end
  redis.call('UNLINK', key)
  return nil
end
local function start(key, generation, keep, anonymous)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(anonymous), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local QUEUE_FACTOR, MOST_FLOORS, CHUNK = 4, 1000, 1000
local key, candidate, keep, kind, bound = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[5])
local deadline, channel, anonymous = tonumber(ARGV[4]), ARGV[6], ARGV[7]
local names = {}
for i = 8, #ARGV do names[#names + 1] = ARGV[i] end
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
meta = meta or start(key, candidate, keep, anonymous)
meta.clock, meta.weight = clock, meta.weight + math.max(1, #names)
in_parts('HSET', fields)
redis.call('HSET', key, '$c', text(clock), '$n', text(meta.weight), 'q:' .. text(clock), table.concat(names, '\n'))
pcall(prune, meta)
redis.pcall('PEXPIRE', key, keep, 'GT')
local hint = { meta.generation, text(previous), text(clock), kind, deadline and text(deadline) or '-' }
redis.pcall('PUBLISH', channel, table.concat(hint, '\n') .. '\n' .. table.concat(names, '\n'))
return { meta.generation, text(previous), text(clock) }`

export const jsonArgumentsLua: string = String.raw`local BYTES = {}
for n = 128, 191 do
  local low = string.char(n)
  BYTES['\194' .. low], BYTES['\195' .. low] = low, string.char(n + 64)
  if n < 160 then BYTES['\196' .. low] = string.char(n - 128) end
end
local decoded = {}
for n = 1, #ARGV do decoded[n] = string.gsub(ARGV[n], '[\194-\196][\128-\191]', BYTES) end
local ARGV = decoded`

export const limitAliveLua: string = String.raw`#!lua
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local lives = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
if lives == 0 then
  redis.call('ZREM', KEYS[1], ARGV[2])
else
  redis.call('ZADD', KEYS[1], text(now + lives), ARGV[2])
  redis.call('PEXPIRE', KEYS[1], lifetime(lives), 'GT')
  redis.call('PEXPIRE', KEYS[1], lifetime(lives), 'NX')
end
return redis.call('ZCARD', KEYS[1])`

export const limitBlockLua: string = String.raw`#!lua
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local first, factor, longest, remember = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local left = blocked_by(redis.call('GET', KEYS[1]) or '') or 0
local times, until_when = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (%d+)$')
times = until_when and tonumber(until_when) > now and tonumber(times) or 0
if left == 0 then times = math.min(times + 1, 1000) end
local wanted = math.floor(math.min(longest, first * factor ^ math.max(0, times - 1)))
if wanted > left then
  left = wanted
  redis.call('SET', KEYS[1], text(now + left) .. ' ' .. ARGV[6], 'PX', lifetime(left))
end
redis.call('SET', KEYS[2], text(times) .. ' ' .. text(now + left + remember), 'PX', lifetime(left + remember))
return { left, times }`

export const limitCheckLua: string = String.raw`#!lua
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local SLACK = 5000000
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local function numbers_in(raw)
  local numbers = {}
  for number in string.gmatch(raw or '', '%d+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end
local function add_segment(s, number, count)
  local last = s[#s]
  if last and last[1] == number then last[2] = last[2] + count else s[#s + 1] = { number, count } end
  s.sum = s.sum + count
end
local function counted(kind, key, raw, a, b, c, d)
  local s = { kind = kind, key = key, a = a, b = b, c = c, d = d }
  if kind == 'g' then
    local full, refunded, ends = tonumber(raw), 0, 0
    if raw and not full then
      full, refunded, ends = match(raw, '^(%d+) (%d+) (%d+)$')
      full, refunded, ends = tonumber(full), tonumber(refunded) or 0, tonumber(ends) or 0
    end
    full = full or now
    s.ends, s.receipt = ends, ends > now and refunded or 0
    s.healed = full > now + b + c + SLACK
    if s.healed then
      s.ends, s.receipt, full = max(ends, full), s.receipt + full - now, now + b + c
    end
    s.full = max(full, now)
    s.available = max(0, floor((b - (s.full - now)) / a))
    s.takeable = max(0, floor((b + c - (s.full - now)) / a))
    s.capacity = floor(b / a)
    return s
  end
  s.capacity, s.receipt = b, 0
  if kind == 'l' then
    s.count, s.newest = redis.call('ZCOUNT', key, '(' .. text(now - a), '+inf'), 0
    if s.count > 0 then s.newest = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]) end
    s.healed = s.newest > now + SLACK
    if s.healed then s.newest = now end
    s.available = max(0, b - s.count)
  elseif kind == 'f' then
    local taken, ends, gifts = match(raw or '', '^(%d+) (%d+) ?(%d*)$')
    taken, ends = tonumber(taken) or 0, tonumber(ends) or 0
    s.healed = ends > now + a + SLACK
    if ends <= now then
      s.taken, s.ends = 0, c == 1 and (floor(now / a) + 1) * a or now + a
    else
      s.taken, s.ends, s.receipt = taken, s.healed and now + a or ends, tonumber(gifts) or 0
    end
    s.available = max(0, b - s.taken)
  elseif kind == 'b' then
    local kept = numbers_in(raw)
    local there, since = kept[1] or b, kept[2] or now
    s.healed = since > now + a + SLACK
    if s.healed then since = now end
    local intervals = max(0, floor((now - since) / a))
    s.there = min(b, there + intervals * c)
    s.gifts = (s.healed or intervals > 0) and 0 or kept[3] or 0
    if s.there < b or s.gifts > 0 then
      s.since = since + intervals * a
    else
      s.since = d == 1 and now - now % a or now
    end
    s.available, s.receipt = s.there, s.since + s.gifts
  elseif kind == 'c' then
    local ms = floor(now / 1000)
    local window, stored, taken, before, gifts = match(raw or '', '^(%d+) (%d+) (%d+) (%d+) ?(%d*)$')
    local number = floor(ms / a)
    stored, taken, before = tonumber(stored) or number, tonumber(taken) or 0, tonumber(before) or 0
    s.receipt = tonumber(gifts) or 0
    s.healed = (tonumber(window) or a) ~= a or stored > number + 1
    if s.healed then
      s.number, s.taken, s.before, s.receipt = number, min(b, taken + before), 0, s.receipt + 1
    else
      s.number = max(number, stored)
      local ago = s.number - stored
      s.taken = ago > 0 and 0 or taken
      s.before = ago > 1 and 0 or ago == 1 and taken or before
      if ago > 1 then s.receipt = 0 end
    end
    s.passed = max(0, ms - s.number * a)
    s.available = max(0, b - (ceil(s.before * (a - s.passed) / a) + s.taken))
  elseif kind == 's' then
    local kept, current, oldest = numbers_in(raw), floor(now / c), floor((now - a) / c)
    if #kept > 0 and #kept % 2 == 0 then s.receipt = table.remove(kept) end
    local newest, all = #kept > 1 and kept[#kept - 1] or current, 0
    s.sum = 0
    s.healed = (kept[1] or c) ~= c or newest * c > now + SLACK
    if s.healed then s.receipt = s.receipt + 1 end
    s.current = s.healed and current or max(current, newest)
    for n = 2, #kept, 2 do
      all = all + kept[n + 1]
      if not s.healed and kept[n] >= oldest then add_segment(s, kept[n], kept[n + 1]) end
    end
    if s.healed and all > 0 then add_segment(s, current, min(b, all)) end
    s.available = max(0, b - s.sum)
  end
  s.takeable = s.available
  return s
end
local function reset_of(s)
  local kind = s.kind
  if kind == 'g' then return s.full - now end
  if kind == 'f' then return s.taken == 0 and 0 or s.ends - now end
  if kind == 'b' then return s.there >= s.b and 0 or s.since + ceil((s.b - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local windows = s.taken > 0 and 2 or s.before > 0 and 1 or 0
    return windows == 0 and 0 or (s.number + windows) * s.a * 1000 - now
  end
  if kind == 's' then return #s == 0 and 0 or (s[#s][1] + 1) * s.c + s.a - now end
  return s.count == 0 and 0 or s.newest + s.a - now
end
local function wait_of(s, cost)
  local kind = s.kind
  if kind == 'g' then return s.full - now + cost * s.a - s.b end
  if kind == 'f' then return s.ends - now end
  if kind == 'b' then return s.since + ceil((cost - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local left = s.b - s.taken - cost
    if left >= 0 then return max(1, (s.number * s.a + s.a - floor(s.a * left / s.before)) * 1000 - now) end
    local passed = max(0, s.a - floor(s.a * (s.b - cost) / s.taken))
    return max(1, ((s.number + 1) * s.a + passed) * 1000 - now)
  end
  if kind == 's' then
    local need, n = cost + s.sum - s.b, 1
    while n < #s do
      need = need - s[n][2]
      if need <= 0 then break end
      n = n + 1
    end
    return (s[n][1] + 1) * s.c + s.a - now
  end
  local rank = cost + s.count - s.b - 1
  local oldest = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now - s.a), '+inf', 'WITHSCORES', 'LIMIT', rank, 1)
  return (s.healed and min(now, tonumber(oldest[2])) or tonumber(oldest[2])) + s.a - now
end
local function gifts_of(number)
  return number > 0 and ' ' .. text(number) or ''
end
local function keep(s)
  local kind, lives, kept = s.kind, 0, ''
  if kind == 'l' then
    if s.healed then
      local later = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now), '+inf')
      for _, each in ipairs(later) do redis.call('ZADD', s.key, 'XX', text(now), each) end
    end
    return redis.call('PEXPIRE', s.key, lifetime(reset_of(s)))
  end
  if kind == 'g' then
    lives = s.receipt > 0 and max(s.full, s.ends) - now or s.full - now
    kept = s.receipt > 0 and text(s.full) .. ' ' .. text(s.receipt) .. ' ' .. text(s.ends) or text(s.full)
  elseif kind == 'f' then
    lives, kept = s.ends - now, text(s.taken) .. ' ' .. text(s.ends) .. gifts_of(s.receipt)
  elseif kind == 'b' then
    lives, kept = reset_of(s), text(s.there) .. ' ' .. text(s.since) .. gifts_of(s.gifts)
    if s.gifts > 0 then lives = max(lives, s.since + s.a - now) end
  elseif kind == 'c' then
    lives = (s.number + 2) * s.a * 1000 - now
    kept = text(s.a) .. ' ' .. text(s.number) .. ' ' .. text(s.taken) .. ' ' .. text(s.before)
    kept = kept .. gifts_of(s.receipt)
  else
    local parts = { text(s.c) }
    for _, segment in ipairs(s) do parts[#parts + 1] = text(segment[1]) .. ':' .. text(segment[2]) end
    lives, kept = reset_of(s), table.concat(parts, ' ') .. gifts_of(s.receipt)
    if s.receipt > 0 then lives = (s.current + 1) * s.c + s.a - now end
  end
  if lives > 0 then
    redis.call('SET', s.key, kept, 'PX', lifetime(lives))
  else
    redis.call('UNLINK', s.key)
  end
end
local function take(s, amount, member)
  local kind = s.kind
  s.available = max(0, s.available - amount)
  if kind == 'g' then
    s.full = s.full + amount * s.a
    if s.receipt > 0 then s.ends = max(s.ends, s.full) end
    s.available = max(0, floor((s.b - (s.full - now)) / s.a))
  elseif kind == 'f' or kind == 'c' then
    s.taken = s.taken + amount
  elseif kind == 'b' then
    s.there = s.there - amount
  elseif kind == 's' then
    if amount > 0 then add_segment(s, s.current, amount) end
  else
    redis.call('ZREMRANGEBYSCORE', s.key, '-inf', text(now - s.a))
    for n = 1, amount do redis.call('ZADD', s.key, text(now), member .. ':' .. n) end
    s.count, s.newest = s.count + amount, max(now, s.newest)
  end
  keep(s)
end
local blocks, taking, remembered, member = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), ARGV[5]
local found = redis.call('MGET', unpack(KEYS))
if taking ~= 'anyway' then
  for n = 1, blocks do
    local left, reason = blocked_by(found[n])
    if left then return { -2, left, reason } end
  end
end
if remembered > 0 and found[#KEYS] then
  local reply = {}
  for number in string.gmatch(found[#KEYS], '%-?%d+') do reply[#reply + 1] = tonumber(number) end
  reply[1] = 2
  return reply
end
local rules, granted = {}, nil
for n = blocks + 1, #KEYS - (remembered > 0 and 1 or 0) do
  local at = 6 + (n - blocks - 1) * 7
  local s = counted(ARGV[at], KEYS[n], found[n], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]),
    tonumber(ARGV[at + 4]))
  s.shadow, s.cost = ARGV[at + 5] == '1', tonumber(ARGV[at + 6])
  rules[#rules + 1] = s
  if taking == 'upto' and not s.shadow then granted = min(granted or s.cost, s.cost, s.available) end
end
granted = granted or rules[1].cost
local ok = true
for _, s in ipairs(rules) do
  if taking == 'upto' then s.wanted = s.cost == 0 and 0 or max(1, granted) else s.wanted = s.cost end
  s.passes = taking == 'anyway' or s.available >= s.wanted
  if not s.passes and not s.shadow then ok = false end
  s.wait = s.passes and 0 or s.wanted > s.capacity and -1 or wait_of(s, s.wanted)
end
for _, s in ipairs(rules) do
  if taking ~= 'nothing' then
    local amount = 0
    if ok and s.passes then amount = taking == 'anyway' and min(s.cost, s.takeable) or s.wanted end
    if amount > 0 then take(s, amount, member) elseif s.healed then keep(s) end
  end
end
local reply = { ok and 1 or 0, now, ok and granted or 0 }
for _, s in ipairs(rules) do
  reply[#reply + 1] = s.passes and 1 or s.wait == -1 and -1 or 0
  reply[#reply + 1] = s.available
  reply[#reply + 1] = max(0, s.wait)
  reply[#reply + 1] = reset_of(s)
  reply[#reply + 1] = s.receipt
end
if ok and remembered > 0 then
  local parts = {}
  for n, number in ipairs(reply) do parts[n] = text(number) end
  redis.call('SET', KEYS[#KEYS], table.concat(parts, ' '), 'PX', text(remembered))
end
return reply`

export const limitEachLua: string = String.raw`#!lua
local at, longer = ARGV[1], 3600000
if at == '' then
  local time = redis.call('TIME')
  at, longer = time[1] * 1000000 + time[2], 0
end
at = at + 0
local found = redis.call('MGET', unpack(KEYS))
local reply, key, others = { at }, 1, false
for group = 4, #ARGV, 8 do
  local interval, burst, cost = ARGV[group + 2] + 0, ARGV[group + 3] + 0, ARGV[group + 7] + 0
  local quick = cost > 0 and ARGV[group + 1] == 'g'
  for n = 1, ARGV[group] + 0 do
    local full, told = at, false
    if found[key] then full = tonumber(found[key]) end
    if quick and full and not found[key + 1] then
      if full < at then full = at end
      local missing = full - at + cost * interval
      if missing <= burst then
        local up = missing + 999
        redis.call('SET', KEYS[key], at + missing, 'PX', (up - up % 1000) / 1000 + longer)
        told = missing
      elseif full - at <= burst + ARGV[group + 4] + 5000000 then
        told = at - full - 1
      end
    end
    if not told then others = true end
    reply[#reply + 1] = told
    key = key + 2
  end
end
if not others then return reply end
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local SLACK = 5000000
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local function numbers_in(raw)
  local numbers = {}
  for number in string.gmatch(raw or '', '%d+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end
local function add_segment(s, number, count)
  local last = s[#s]
  if last and last[1] == number then last[2] = last[2] + count else s[#s + 1] = { number, count } end
  s.sum = s.sum + count
end
local function counted(kind, key, raw, a, b, c, d)
  local s = { kind = kind, key = key, a = a, b = b, c = c, d = d }
  if kind == 'g' then
    local full, refunded, ends = tonumber(raw), 0, 0
    if raw and not full then
      full, refunded, ends = match(raw, '^(%d+) (%d+) (%d+)$')
      full, refunded, ends = tonumber(full), tonumber(refunded) or 0, tonumber(ends) or 0
    end
    full = full or now
    s.ends, s.receipt = ends, ends > now and refunded or 0
    s.healed = full > now + b + c + SLACK
    if s.healed then
      s.ends, s.receipt, full = max(ends, full), s.receipt + full - now, now + b + c
    end
    s.full = max(full, now)
    s.available = max(0, floor((b - (s.full - now)) / a))
    s.takeable = max(0, floor((b + c - (s.full - now)) / a))
    s.capacity = floor(b / a)
    return s
  end
  s.capacity, s.receipt = b, 0
  if kind == 'l' then
    s.count, s.newest = redis.call('ZCOUNT', key, '(' .. text(now - a), '+inf'), 0
    if s.count > 0 then s.newest = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]) end
    s.healed = s.newest > now + SLACK
    if s.healed then s.newest = now end
    s.available = max(0, b - s.count)
  elseif kind == 'f' then
    local taken, ends, gifts = match(raw or '', '^(%d+) (%d+) ?(%d*)$')
    taken, ends = tonumber(taken) or 0, tonumber(ends) or 0
    s.healed = ends > now + a + SLACK
    if ends <= now then
      s.taken, s.ends = 0, c == 1 and (floor(now / a) + 1) * a or now + a
    else
      s.taken, s.ends, s.receipt = taken, s.healed and now + a or ends, tonumber(gifts) or 0
    end
    s.available = max(0, b - s.taken)
  elseif kind == 'b' then
    local kept = numbers_in(raw)
    local there, since = kept[1] or b, kept[2] or now
    s.healed = since > now + a + SLACK
    if s.healed then since = now end
    local intervals = max(0, floor((now - since) / a))
    s.there = min(b, there + intervals * c)
    s.gifts = (s.healed or intervals > 0) and 0 or kept[3] or 0
    if s.there < b or s.gifts > 0 then
      s.since = since + intervals * a
    else
      s.since = d == 1 and now - now % a or now
    end
    s.available, s.receipt = s.there, s.since + s.gifts
  elseif kind == 'c' then
    local ms = floor(now / 1000)
    local window, stored, taken, before, gifts = match(raw or '', '^(%d+) (%d+) (%d+) (%d+) ?(%d*)$')
    local number = floor(ms / a)
    stored, taken, before = tonumber(stored) or number, tonumber(taken) or 0, tonumber(before) or 0
    s.receipt = tonumber(gifts) or 0
    s.healed = (tonumber(window) or a) ~= a or stored > number + 1
    if s.healed then
      s.number, s.taken, s.before, s.receipt = number, min(b, taken + before), 0, s.receipt + 1
    else
      s.number = max(number, stored)
      local ago = s.number - stored
      s.taken = ago > 0 and 0 or taken
      s.before = ago > 1 and 0 or ago == 1 and taken or before
      if ago > 1 then s.receipt = 0 end
    end
    s.passed = max(0, ms - s.number * a)
    s.available = max(0, b - (ceil(s.before * (a - s.passed) / a) + s.taken))
  elseif kind == 's' then
    local kept, current, oldest = numbers_in(raw), floor(now / c), floor((now - a) / c)
    if #kept > 0 and #kept % 2 == 0 then s.receipt = table.remove(kept) end
    local newest, all = #kept > 1 and kept[#kept - 1] or current, 0
    s.sum = 0
    s.healed = (kept[1] or c) ~= c or newest * c > now + SLACK
    if s.healed then s.receipt = s.receipt + 1 end
    s.current = s.healed and current or max(current, newest)
    for n = 2, #kept, 2 do
      all = all + kept[n + 1]
      if not s.healed and kept[n] >= oldest then add_segment(s, kept[n], kept[n + 1]) end
    end
    if s.healed and all > 0 then add_segment(s, current, min(b, all)) end
    s.available = max(0, b - s.sum)
  end
  s.takeable = s.available
  return s
end
local function reset_of(s)
  local kind = s.kind
  if kind == 'g' then return s.full - now end
  if kind == 'f' then return s.taken == 0 and 0 or s.ends - now end
  if kind == 'b' then return s.there >= s.b and 0 or s.since + ceil((s.b - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local windows = s.taken > 0 and 2 or s.before > 0 and 1 or 0
    return windows == 0 and 0 or (s.number + windows) * s.a * 1000 - now
  end
  if kind == 's' then return #s == 0 and 0 or (s[#s][1] + 1) * s.c + s.a - now end
  return s.count == 0 and 0 or s.newest + s.a - now
end
local function wait_of(s, cost)
  local kind = s.kind
  if kind == 'g' then return s.full - now + cost * s.a - s.b end
  if kind == 'f' then return s.ends - now end
  if kind == 'b' then return s.since + ceil((cost - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local left = s.b - s.taken - cost
    if left >= 0 then return max(1, (s.number * s.a + s.a - floor(s.a * left / s.before)) * 1000 - now) end
    local passed = max(0, s.a - floor(s.a * (s.b - cost) / s.taken))
    return max(1, ((s.number + 1) * s.a + passed) * 1000 - now)
  end
  if kind == 's' then
    local need, n = cost + s.sum - s.b, 1
    while n < #s do
      need = need - s[n][2]
      if need <= 0 then break end
      n = n + 1
    end
    return (s[n][1] + 1) * s.c + s.a - now
  end
  local rank = cost + s.count - s.b - 1
  local oldest = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now - s.a), '+inf', 'WITHSCORES', 'LIMIT', rank, 1)
  return (s.healed and min(now, tonumber(oldest[2])) or tonumber(oldest[2])) + s.a - now
end
local function gifts_of(number)
  return number > 0 and ' ' .. text(number) or ''
end
local function keep(s)
  local kind, lives, kept = s.kind, 0, ''
  if kind == 'l' then
    if s.healed then
      local later = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now), '+inf')
      for _, each in ipairs(later) do redis.call('ZADD', s.key, 'XX', text(now), each) end
    end
    return redis.call('PEXPIRE', s.key, lifetime(reset_of(s)))
  end
  if kind == 'g' then
    lives = s.receipt > 0 and max(s.full, s.ends) - now or s.full - now
    kept = s.receipt > 0 and text(s.full) .. ' ' .. text(s.receipt) .. ' ' .. text(s.ends) or text(s.full)
  elseif kind == 'f' then
    lives, kept = s.ends - now, text(s.taken) .. ' ' .. text(s.ends) .. gifts_of(s.receipt)
  elseif kind == 'b' then
    lives, kept = reset_of(s), text(s.there) .. ' ' .. text(s.since) .. gifts_of(s.gifts)
    if s.gifts > 0 then lives = max(lives, s.since + s.a - now) end
  elseif kind == 'c' then
    lives = (s.number + 2) * s.a * 1000 - now
    kept = text(s.a) .. ' ' .. text(s.number) .. ' ' .. text(s.taken) .. ' ' .. text(s.before)
    kept = kept .. gifts_of(s.receipt)
  else
    local parts = { text(s.c) }
    for _, segment in ipairs(s) do parts[#parts + 1] = text(segment[1]) .. ':' .. text(segment[2]) end
    lives, kept = reset_of(s), table.concat(parts, ' ') .. gifts_of(s.receipt)
    if s.receipt > 0 then lives = (s.current + 1) * s.c + s.a - now end
  end
  if lives > 0 then
    redis.call('SET', s.key, kept, 'PX', lifetime(lives))
  else
    redis.call('UNLINK', s.key)
  end
end
local function take(s, amount, member)
  local kind = s.kind
  s.available = max(0, s.available - amount)
  if kind == 'g' then
    s.full = s.full + amount * s.a
    if s.receipt > 0 then s.ends = max(s.ends, s.full) end
    s.available = max(0, floor((s.b - (s.full - now)) / s.a))
  elseif kind == 'f' or kind == 'c' then
    s.taken = s.taken + amount
  elseif kind == 'b' then
    s.there = s.there - amount
  elseif kind == 's' then
    if amount > 0 then add_segment(s, s.current, amount) end
  else
    redis.call('ZREMRANGEBYSCORE', s.key, '-inf', text(now - s.a))
    for n = 1, amount do redis.call('ZADD', s.key, text(now), member .. ':' .. n) end
    s.count, s.newest = s.count + amount, max(now, s.newest)
  end
  keep(s)
end
local function decided(s, cost, shadow, member)
  local passes = s.available >= cost
  local wait = passes and 0 or cost > s.capacity and -1 or wait_of(s, cost)
  if passes and cost > 0 then take(s, cost, member) elseif s.healed then keep(s) end
  local ok = passes or shadow
  return { ok and 1 or 0, now, ok and cost or 0, passes and 1 or wait == -1 and -1 or 0, s.available, max(0, wait),
    reset_of(s), s.receipt }
end
local check = 0
for group = 4, #ARGV, 8 do
  local kind, cost, shadow = ARGV[group + 1], ARGV[group + 7] + 0, ARGV[group + 6] == '1'
  local a, b, c, d = ARGV[group + 2] + 0, ARGV[group + 3] + 0, ARGV[group + 4] + 0, ARGV[group + 5] + 0
  for n = 1, ARGV[group] + 0 do
    check = check + 1
    if not reply[check + 1] then
      local mine = check * 2 - 1
      local left, reason = blocked_by(found[mine + 1])
      if left then
        reply[check + 1] = { -2, left, reason }
      else
        local s = counted(kind, KEYS[mine], found[mine], a, b, c, d)
        reply[check + 1] = decided(s, cost, shadow, ARGV[2] .. ':' .. text(ARGV[3] + check - 1))
      end
    end
  end
end
return reply`

export const limitGiveBackLua: string = String.raw`#!lua
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local SLACK = 5000000
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local function numbers_in(raw)
  local numbers = {}
  for number in string.gmatch(raw or '', '%d+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end
local function add_segment(s, number, count)
  local last = s[#s]
  if last and last[1] == number then last[2] = last[2] + count else s[#s + 1] = { number, count } end
  s.sum = s.sum + count
end
local function counted(kind, key, raw, a, b, c, d)
  local s = { kind = kind, key = key, a = a, b = b, c = c, d = d }
  if kind == 'g' then
    local full, refunded, ends = tonumber(raw), 0, 0
    if raw and not full then
      full, refunded, ends = match(raw, '^(%d+) (%d+) (%d+)$')
      full, refunded, ends = tonumber(full), tonumber(refunded) or 0, tonumber(ends) or 0
    end
    full = full or now
    s.ends, s.receipt = ends, ends > now and refunded or 0
    s.healed = full > now + b + c + SLACK
    if s.healed then
      s.ends, s.receipt, full = max(ends, full), s.receipt + full - now, now + b + c
    end
    s.full = max(full, now)
    s.available = max(0, floor((b - (s.full - now)) / a))
    s.takeable = max(0, floor((b + c - (s.full - now)) / a))
    s.capacity = floor(b / a)
    return s
  end
  s.capacity, s.receipt = b, 0
  if kind == 'l' then
    s.count, s.newest = redis.call('ZCOUNT', key, '(' .. text(now - a), '+inf'), 0
    if s.count > 0 then s.newest = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]) end
    s.healed = s.newest > now + SLACK
    if s.healed then s.newest = now end
    s.available = max(0, b - s.count)
  elseif kind == 'f' then
    local taken, ends, gifts = match(raw or '', '^(%d+) (%d+) ?(%d*)$')
    taken, ends = tonumber(taken) or 0, tonumber(ends) or 0
    s.healed = ends > now + a + SLACK
    if ends <= now then
      s.taken, s.ends = 0, c == 1 and (floor(now / a) + 1) * a or now + a
    else
      s.taken, s.ends, s.receipt = taken, s.healed and now + a or ends, tonumber(gifts) or 0
    end
    s.available = max(0, b - s.taken)
  elseif kind == 'b' then
    local kept = numbers_in(raw)
    local there, since = kept[1] or b, kept[2] or now
    s.healed = since > now + a + SLACK
    if s.healed then since = now end
    local intervals = max(0, floor((now - since) / a))
    s.there = min(b, there + intervals * c)
    s.gifts = (s.healed or intervals > 0) and 0 or kept[3] or 0
    if s.there < b or s.gifts > 0 then
      s.since = since + intervals * a
    else
      s.since = d == 1 and now - now % a or now
    end
    s.available, s.receipt = s.there, s.since + s.gifts
  elseif kind == 'c' then
    local ms = floor(now / 1000)
    local window, stored, taken, before, gifts = match(raw or '', '^(%d+) (%d+) (%d+) (%d+) ?(%d*)$')
    local number = floor(ms / a)
    stored, taken, before = tonumber(stored) or number, tonumber(taken) or 0, tonumber(before) or 0
    s.receipt = tonumber(gifts) or 0
    s.healed = (tonumber(window) or a) ~= a or stored > number + 1
    if s.healed then
      s.number, s.taken, s.before, s.receipt = number, min(b, taken + before), 0, s.receipt + 1
    else
      s.number = max(number, stored)
      local ago = s.number - stored
      s.taken = ago > 0 and 0 or taken
      s.before = ago > 1 and 0 or ago == 1 and taken or before
      if ago > 1 then s.receipt = 0 end
    end
    s.passed = max(0, ms - s.number * a)
    s.available = max(0, b - (ceil(s.before * (a - s.passed) / a) + s.taken))
  elseif kind == 's' then
    local kept, current, oldest = numbers_in(raw), floor(now / c), floor((now - a) / c)
    if #kept > 0 and #kept % 2 == 0 then s.receipt = table.remove(kept) end
    local newest, all = #kept > 1 and kept[#kept - 1] or current, 0
    s.sum = 0
    s.healed = (kept[1] or c) ~= c or newest * c > now + SLACK
    if s.healed then s.receipt = s.receipt + 1 end
    s.current = s.healed and current or max(current, newest)
    for n = 2, #kept, 2 do
      all = all + kept[n + 1]
      if not s.healed and kept[n] >= oldest then add_segment(s, kept[n], kept[n + 1]) end
    end
    if s.healed and all > 0 then add_segment(s, current, min(b, all)) end
    s.available = max(0, b - s.sum)
  end
  s.takeable = s.available
  return s
end
local function reset_of(s)
  local kind = s.kind
  if kind == 'g' then return s.full - now end
  if kind == 'f' then return s.taken == 0 and 0 or s.ends - now end
  if kind == 'b' then return s.there >= s.b and 0 or s.since + ceil((s.b - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local windows = s.taken > 0 and 2 or s.before > 0 and 1 or 0
    return windows == 0 and 0 or (s.number + windows) * s.a * 1000 - now
  end
  if kind == 's' then return #s == 0 and 0 or (s[#s][1] + 1) * s.c + s.a - now end
  return s.count == 0 and 0 or s.newest + s.a - now
end
local function wait_of(s, cost)
  local kind = s.kind
  if kind == 'g' then return s.full - now + cost * s.a - s.b end
  if kind == 'f' then return s.ends - now end
  if kind == 'b' then return s.since + ceil((cost - s.there) / s.c) * s.a - now end
  if kind == 'c' then
    local left = s.b - s.taken - cost
    if left >= 0 then return max(1, (s.number * s.a + s.a - floor(s.a * left / s.before)) * 1000 - now) end
    local passed = max(0, s.a - floor(s.a * (s.b - cost) / s.taken))
    return max(1, ((s.number + 1) * s.a + passed) * 1000 - now)
  end
  if kind == 's' then
    local need, n = cost + s.sum - s.b, 1
    while n < #s do
      need = need - s[n][2]
      if need <= 0 then break end
      n = n + 1
    end
    return (s[n][1] + 1) * s.c + s.a - now
  end
  local rank = cost + s.count - s.b - 1
  local oldest = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now - s.a), '+inf', 'WITHSCORES', 'LIMIT', rank, 1)
  return (s.healed and min(now, tonumber(oldest[2])) or tonumber(oldest[2])) + s.a - now
end
local function gifts_of(number)
  return number > 0 and ' ' .. text(number) or ''
end
local function keep(s)
  local kind, lives, kept = s.kind, 0, ''
  if kind == 'l' then
    if s.healed then
      local later = redis.call('ZRANGEBYSCORE', s.key, '(' .. text(now), '+inf')
      for _, each in ipairs(later) do redis.call('ZADD', s.key, 'XX', text(now), each) end
    end
    return redis.call('PEXPIRE', s.key, lifetime(reset_of(s)))
  end
  if kind == 'g' then
    lives = s.receipt > 0 and max(s.full, s.ends) - now or s.full - now
    kept = s.receipt > 0 and text(s.full) .. ' ' .. text(s.receipt) .. ' ' .. text(s.ends) or text(s.full)
  elseif kind == 'f' then
    lives, kept = s.ends - now, text(s.taken) .. ' ' .. text(s.ends) .. gifts_of(s.receipt)
  elseif kind == 'b' then
    lives, kept = reset_of(s), text(s.there) .. ' ' .. text(s.since) .. gifts_of(s.gifts)
    if s.gifts > 0 then lives = max(lives, s.since + s.a - now) end
  elseif kind == 'c' then
    lives = (s.number + 2) * s.a * 1000 - now
    kept = text(s.a) .. ' ' .. text(s.number) .. ' ' .. text(s.taken) .. ' ' .. text(s.before)
    kept = kept .. gifts_of(s.receipt)
  else
    local parts = { text(s.c) }
    for _, segment in ipairs(s) do parts[#parts + 1] = text(segment[1]) .. ':' .. text(segment[2]) end
    lives, kept = reset_of(s), table.concat(parts, ' ') .. gifts_of(s.receipt)
    if s.receipt > 0 then lives = (s.current + 1) * s.c + s.a - now end
  end
  if lives > 0 then
    redis.call('SET', s.key, kept, 'PX', lifetime(lives))
  else
    redis.call('UNLINK', s.key)
  end
end
local function take(s, amount, member)
  local kind = s.kind
  s.available = max(0, s.available - amount)
  if kind == 'g' then
    s.full = s.full + amount * s.a
    if s.receipt > 0 then s.ends = max(s.ends, s.full) end
    s.available = max(0, floor((s.b - (s.full - now)) / s.a))
  elseif kind == 'f' or kind == 'c' then
    s.taken = s.taken + amount
  elseif kind == 'b' then
    s.there = s.there - amount
  elseif kind == 's' then
    if amount > 0 then add_segment(s, s.current, amount) end
  else
    redis.call('ZREMRANGEBYSCORE', s.key, '-inf', text(now - s.a))
    for n = 1, amount do redis.call('ZADD', s.key, text(now), member .. ':' .. n) end
    s.count, s.newest = s.count + amount, max(now, s.newest)
  end
  keep(s)
end
local member, reply_at = ARGV[2], ARGV[3]
local function give(s, wanted)
  local given = min(wanted, s.full - now)
  if given <= 0 then return false end
  s.ends = s.receipt > 0 and max(s.ends, s.full) or s.full
  s.full, s.receipt = s.full - given, s.receipt + given
  return true
end
local function give_taken(s, amount)
  if s.taken == 0 then return false end
  s.taken = max(0, s.taken - amount)
  return true
end
local function give_tokens(s, amount)
  if s.there >= s.b then return false end
  s.there = min(s.b, s.there + amount)
  return true
end
local function remove_segment(s, n, amount)
  local removed = min(s[n][2], amount)
  s[n][2] = s[n][2] - removed
  if s[n][2] == 0 then table.remove(s, n) end
  return removed
end
local function reward(s, amount)
  local kind = s.kind
  if kind == 'g' then return give(s, amount * s.a) end
  if kind == 'f' then
    if not give_taken(s, amount) then return false end
    s.receipt = s.receipt + 1
  elseif kind == 'b' then
    if not give_tokens(s, amount) then return false end
    s.gifts = s.gifts + 1
  elseif kind == 'c' then
    if s.taken + s.before == 0 then return false end
    local rest = max(0, amount - s.taken)
    s.taken, s.before, s.receipt = max(0, s.taken - amount), max(0, s.before - rest), s.receipt + 1
  elseif kind == 's' then
    local left = amount
    for n = #s, 1, -1 do
      if left > 0 then left = left - remove_segment(s, n, left) end
    end
    if left == amount then return false end
    s.receipt = s.receipt + 1
  else
    if amount == 0 or s.count == 0 then return false end
    redis.call('ZREMRANGEBYSCORE', s.key, '-inf', text(now - s.a))
    redis.call('ZREMRANGEBYRANK', s.key, -amount, -1)
    return s.healed
  end
  return true
end
local function give_back(s, amount, at, reset, receipt)
  local kind = s.kind
  if kind == 'g' then
    return give(s, min(amount * s.a, at + reset - max(0, s.receipt - receipt) - now))
  elseif kind == 'l' then
    local removed = 0
    for n = 1, amount do removed = removed + redis.call('ZREM', s.key, member .. ':' .. text(receipt) .. ':' .. n) end
    return s.healed and removed > 0
  elseif receipt ~= s.receipt or s.healed then
    return false
  elseif kind == 'b' then
    return give_tokens(s, amount)
  elseif kind == 'f' then
    return at + reset == s.ends and give_taken(s, amount)
  elseif kind == 'c' then
    local number = (at + reset) / (s.a * 1000) - 2
    if number == s.number and s.taken > 0 then return give_taken(s, amount) end
    if number ~= s.number - 1 or s.before == 0 then return false end
    s.before = max(0, s.before - amount)
    return true
  end
  local number = (at + reset - s.a) / s.c - 1
  for n = 1, #s do
    if s[n][1] == number then return remove_segment(s, n, amount) > 0 end
  end
  return false
end
local rules = #KEYS
if reply_at ~= '' then
  local key = KEYS[rules]
  rules = rules - 1
  if match(redis.call('GET', key) or '', '^%d+ (%d+) ') == reply_at then redis.call('UNLINK', key) end
end
local function changes(n, key)
  local at = 4 + (n - 1) * 9
  if ARGV[at] == 'p' then return redis.call('UNLINK', key) == 1 end
  local numbers = {}
  for m = 1, 8 do numbers[m] = tonumber(ARGV[at + m]) end
  local raw = ARGV[at] ~= 'l' and redis.call('GET', key)
  local s = counted(ARGV[at], key, raw or nil, numbers[1], numbers[2], numbers[3], numbers[4])
  local amount, taken_at = numbers[5], numbers[6]
  local given
  if taken_at == 0 then given = reward(s, amount) else given = give_back(s, amount, taken_at, numbers[7], numbers[8]) end
  if given then keep(s) end
  return given
end
local changed = 0
for n = 1, rules do
  if changes(n, KEYS[n]) then changed = changed + 1 end
end
return changed`

export const limitPermitsLua: string = String.raw`#!lua
local now, longer, format, match = tonumber(ARGV[1]), 3600000, string.format, string.match
if not now then
  local time = redis.call('TIME')
  now, longer = time[1] * 1000000 + time[2], 0
end
local function text(number)
  return format('%.0f', number)
end
local function lifetime(us)
  return text(math.max(1, math.ceil(us / 1000)) + longer)
end
local function blocked_by(block)
  local ends, reason = match(block or '', '^(%d+) (.*)$')
  ends = tonumber(ends)
  if ends and ends > now then return ends - now, reason end
end
local key, limit, lease, name, weight = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local alive = '(' .. text(now)
local function hold(flag)
  for n = 1, weight do redis.call('ZADD', key, flag, text(now + lease), name .. ':' .. n) end
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  redis.call('PEXPIRE', key, lifetime(tonumber(last) - now))
end
local held = tonumber(redis.call('ZSCORE', key, name .. ':1') or 0) > now
if ARGV[2] == 'release' then
  for n = 1, weight do redis.call('ZREM', key, name .. ':' .. n) end
  return { held and 1 or 0, redis.call('ZCOUNT', key, alive, '+inf'), 0 }
end
if ARGV[2] == 'renew' then
  if held then hold('XX') end
  return { held and 1 or 0, redis.call('ZCOUNT', key, alive, '+inf'), 0 }
end
local left, reason = blocked_by(redis.call('GET', KEYS[2]) or '')
if left then return { -2, left, reason } end
local used = redis.call('ZCOUNT', key, alive, '+inf')
if held then return { 1, used, 0 } end
if weight > limit then return { -1, used, 0 } end
if used + weight > limit then
  local first = redis.call('ZRANGEBYSCORE', key, alive, '+inf', 'WITHSCORES', 'LIMIT', used + weight - limit - 1, 1)
  return { 0, used, tonumber(first[2]) - now }
end
redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
hold('NX')
return { 1, used + weight, 0 }`

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
local open = tonumber(ARGV[3])
if pause > 0 then
  keep(KEYS[1], '-', now_ms(), pause, failures + 1)
elseif open > 0 then
  redis.call('SET', KEYS[1], string.format('* %.0f 0', now_ms()), 'PX', open)
else
  redis.call('UNLINK', KEYS[1])
end
return 1`

export const sessionAdmitLua: string = String.raw`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
while redis.call('LLEN', key) >= limit do
  if tonumber(redis.call('LINDEX', key, 0)) > now - window then return 0 end
  redis.call('LPOP', key)
end
redis.call('RPUSH', key, text(now))
redis.call('PEXPIRE', key, text(window))
return 1`

export const sessionCommitLua: string = String.raw`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local VERSION = '1'
local record, index = KEYS[1], KEYS[2]
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
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
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end
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
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local FIRST, PARTS, MOST_FIELDS, OF_META = 9, 5, 64, 14
local sid, touched, idle, core = ARGV[1], ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7]
local function nonce_of(bytes)
  return string.sub(bytes or '', 9, 20)
end
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
return committed`

export const sessionCreateLua: string = String.raw`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local record, index = KEYS[1], KEYS[2]
local sid, idle, absolute, most = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local expires = math.min(now + idle, absolute)
if now > tonumber(ARGV[2]) then return { 'late', now } end
if redis.call('EXISTS', record) == 1 then return { 'taken', now } end
local reply = { 'created', now }
if index then
  if not ask_index('ZREMRANGEBYSCORE', index, '-inf', text(now)) then redis.call('UNLINK', index) end
  if ARGV[9] ~= '' then
    if place_of(index, ARGV[9]) <= now then return { 'revoked', now } end
    redis.call('ZREM', index, ARGV[9])
  end
  local surplus = most and redis.call('ZCARD', index) - most + 1 or 0
  if surplus > 0 and ARGV[8] == 'reject' then return { 'rejected', now } end
  if surplus > 0 then
    local popped = redis.call('ZPOPMIN', index, surplus)
    for n = 1, #popped, 2 do reply[#reply + 1] = popped[n] end
  end
  redis.call('ZADD', index, text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'NX')
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local fields = {
  'v', '1', 'h', ARGV[3], 'k', ARGV[4], 'i', text(idle), 'x', text(absolute), 't', text(now), 'c', text(now), 'n', '0',
}
for n = 10, #ARGV, 2 do
  fields[#fields + 1] = 'd:' .. ARGV[n]
  fields[#fields + 1] = ARGV[n + 1]
end
redis.call('HSET', record, unpack(fields))
redis.call('PEXPIREAT', record, text(expires))
return reply`

export const sessionEndLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local VERSION = '1'
local record, index = KEYS[1], KEYS[2]
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
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
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end
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
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local REMEMBERED_MS = 60000
local meta, refusal = alive(whole(), ARGV[1], ARGV[2], tonumber(ARGV[3]), false)
if not meta then return { refusal, now } end
local reply = { 'ended-now', now, meta.k }
for _, value in ipairs(meta.fields) do reply[#reply + 1] = value end
if index and ARGV[4] ~= '1' then redis.call('ZREM', index, ARGV[1]) end
redis.call('UNLINK', record)
redis.call('HSET', record, 'v', VERSION, 'ended', '1')
redis.call('PEXPIRE', record, REMEMBERED_MS)
return reply`

export const sessionListLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
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
return reply`

export const sessionLoadLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local VERSION = '1'
local record, index = KEYS[1], KEYS[2]
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
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
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end
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
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local sid, read_only, after = ARGV[1], ARGV[3] == '1', tonumber(ARGV[5])
local function touch(meta)
  redis.call('HSET', record, 't', text(now))
  live_until(sid, math.min(now + meta.i, meta.x))
  meta.t = now
end
local meta, refusal = alive(whole(), sid, ARGV[2], tonumber(ARGV[4]), read_only)
if not meta then return { refusal, now } end
local due = not read_only and after and now - meta.t >= math.min(after, meta.i / 10)
local noted = due and pcall(touch, meta)
local reply = {
  'loaded', now, meta.secret, meta.next or false, meta.c, meta.t, meta.r or meta.c, meta.i, meta.x, noted and 1 or 0,
  meta.promoted or 0, meta.k,
}
for n, value in ipairs(meta.fields) do reply[12 + n] = value end
return reply`

export const sessionMembersLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
return ask_index('ZRANGE', KEYS[1], '(' .. text(now), '+inf', 'BYSCORE') or {}`

export const sessionNoteLua: string = String.raw`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local ends, uses, created, begun, ended = unpack(KEYS)
local MINUTE_MS, RING, MOST_PRUNED = 60000, 64, 1000
local function forget(sids)
  redis.call('ZREM', ends, unpack(sids))
  redis.call('ZREM', uses, unpack(sids))
  redis.call('HDEL', begun, unpack(sids))
end
local function prune()
  local over = redis.call('ZRANGE', ends, '-inf', text(now), 'BYSCORE', 'LIMIT', 0, MOST_PRUNED)
  if #over > 0 then forget(over) end
end
local function minute_of(minute)
  local field = text(minute % RING)
  local noted, count = string.match(redis.call('HGET', created, field) or '', '^(%d+) (%d+)$')
  return field, noted == text(minute) and tonumber(count) or 0
end
local REMEMBERED_MS = 10000
local last, new = 0, 0
prune()
redis.call('ZREMRANGEBYSCORE', ended, '-inf', text(now - REMEMBERED_MS))
for n = 1, #ARGV, 4 do
  local kind, sid, since, expires = ARGV[n], ARGV[n + 1], ARGV[n + 2], tonumber(ARGV[n + 3])
  if kind == 'ended' then
    forget({ sid })
    redis.call('ZADD', ended, text(now), sid)
    redis.call('PEXPIRE', ended, REMEMBERED_MS)
  elseif expires > now and not redis.call('ZSCORE', ended, sid) then
    redis.call('ZADD', ends, text(expires), sid)
    redis.call('ZADD', uses, text(now), sid)
    redis.call('HSET', begun, sid, since)
    last = math.max(last, expires)
  end
  if kind == 'created' then new = new + 1 end
end
for _, key in ipairs(last > 0 and { ends, uses, begun } or {}) do
  redis.call('PEXPIREAT', key, text(last), 'NX')
  redis.call('PEXPIREAT', key, text(last), 'GT')
end
if new > 0 then
  local minute = math.floor(now / MINUTE_MS)
  local field, count = minute_of(minute)
  redis.call('HSET', created, field, text(minute) .. ' ' .. text(count + new))
  redis.call('PEXPIRE', created, RING * MINUTE_MS)
end
return 1`

export const sessionReadLua: string = String.raw`#!lua flags=no-writes
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local VERSION = '1'
local record, index = KEYS[1], KEYS[2]
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
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
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end
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
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
local sid, read_only, after = ARGV[1], ARGV[3] == '1', tonumber(ARGV[5])
local function touch(meta)
  redis.call('HSET', record, 't', text(now))
  live_until(sid, math.min(now + meta.i, meta.x))
  meta.t = now
end
local meta, refusal = alive(whole(), sid, ARGV[2], tonumber(ARGV[4]), read_only)
if not meta then return { refusal, now } end
local due = not read_only and after and now - meta.t >= math.min(after, meta.i / 10)
local noted = due and pcall(touch, meta)
local reply = {
  'loaded', now, meta.secret, meta.next or false, meta.c, meta.t, meta.r or meta.c, meta.i, meta.x, noted and 1 or 0,
  meta.promoted or 0, meta.k,
}
for n, value in ipairs(meta.fields) do reply[12 + n] = value end
return reply`

export const sessionRevokeLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local FIRST = 3
local count = #ARGV - FIRST + 1
local index = KEYS[count + 1]
local function lives(record)
  if redis.call('TYPE', record).ok ~= 'hash' then return false end
  local found = redis.call('HMGET', record, 'ended', 'x')
  return not found[1] and (tonumber(found[2] or '') or 0) > now
end
local reply = { now }
for n = 1, count do
  local record, sid, counted = KEYS[n], ARGV[FIRST + n - 1], false
  if index then
    counted = place_of(index, sid) > now
    ask_index('ZREM', index, sid)
  else
    counted = lives(record)
  end
  if counted then reply[#reply + 1] = sid end
  local left = redis.call('TYPE', record).ok == 'hash' and redis.call('HEXISTS', record, 'ended') == 1
  if not left then redis.call('UNLINK', record) end
end
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return reply`

export const sessionRevokeAllLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local index, except = KEYS[1], ARGV[3]
local members, reply, left = ask_index('ZRANGE', index, 0, -1, 'WITHSCORES') or {}, { now }, nil
for n = 1, #members, 2 do
  if members[n] == except then
    left = members[n + 1]
  elseif tonumber(members[n + 1]) > now then
    reply[#reply + 1] = members[n]
  end
end
redis.call('UNLINK', index)
if left then
  redis.call('ZADD', index, left, except)
  redis.call('PEXPIREAT', index, text(tonumber(left)))
end
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return reply`

export const sessionRotateLua: string = String.raw`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end
local VERSION = '1'
local record, index = KEYS[1], KEYS[2]
local function found_by(command, ...)
  local found = redis.pcall(command, record, ...)
  if not found.err then return found end
  if not string.match(found.err, '^WRONGTYPE') then error(found) end
end
local function meta_of(...)
  local found = found_by('HMGET', 'v', 'h', 'x', 'i', 't', 'c', 'n', 'k', 'q', 'w', 'o', 'e', 'r', 'ended', ...) or {}
  if not found[1] and redis.call('TYPE', record).ok ~= 'hash' then return nil end
  return {
    v = found[1], h = found[2], x = found[3], i = found[4], t = found[5], c = found[6], n = found[7], k = found[8],
    q = found[9], w = found[10], o = found[11], e = found[12], r = found[13], ended = found[14],
  }, found
end
local function whole()
  local found = found_by('HGETALL') or {}
  if #found == 0 then return nil end
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
local function understood(meta)
  meta.x, meta.i, meta.t, meta.c = tonumber(meta.x), tonumber(meta.i), tonumber(meta.t), tonumber(meta.c)
  meta.n, meta.e, meta.r = tonumber(meta.n), tonumber(meta.e), tonumber(meta.r)
  return meta.v == VERSION and meta.h and meta.x and meta.i and meta.t and meta.c and meta.k
end
local function promote(meta, grace)
  redis.call('HSET', record, 'h', meta.q, 'o', meta.h, 'e', text(now + grace), 'r', text(now))
  redis.call('HDEL', record, 'q', 'w')
  meta.o, meta.e, meta.h, meta.r, meta.q, meta.w, meta.promoted = meta.h, now + grace, meta.q, now, nil, nil, 1
end
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
local function live_until(sid, expires)
  redis.call('PEXPIREAT', record, text(expires))
  if not index then return end
  redis.call('ZADD', index, 'XX', text(expires), sid)
  redis.call('PEXPIREAT', index, text(expires), 'GT')
end
if now > tonumber(ARGV[3]) then return { 'late', now } end
local meta, refusal = alive(meta_of(), ARGV[1], ARGV[2], tonumber(ARGV[4]), false)
if not meta then return { refusal, now } end
if meta.secret == 'current' and not meta.next then
  redis.call('HSET', record, 'q', ARGV[5], 'w', ARGV[6])
  meta.next = ARGV[6]
end
return { 'rotated', now, meta.secret, meta.next or false }`

export const sessionStatisticsLua: string = String.raw`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local ends, uses, created, begun, ended = unpack(KEYS)
local MINUTE_MS, RING, MOST_PRUNED = 60000, 64, 1000
local function forget(sids)
  redis.call('ZREM', ends, unpack(sids))
  redis.call('ZREM', uses, unpack(sids))
  redis.call('HDEL', begun, unpack(sids))
end
local function prune()
  local over = redis.call('ZRANGE', ends, '-inf', text(now), 'BYSCORE', 'LIMIT', 0, MOST_PRUNED)
  if #over > 0 then forget(over) end
end
local function minute_of(minute)
  local field = text(minute % RING)
  local noted, count = string.match(redis.call('HGET', created, field) or '', '^(%d+) (%d+)$')
  return field, noted == text(minute) and tonumber(count) or 0
end
local MOST_SAMPLED = 1000
local function average_length()
  local sample = redis.call('ZRANDMEMBER', uses, MOST_SAMPLED, 'WITHSCORES')
  local sids, total, count = {}, 0, 0
  for n = 1, #sample, 2 do sids[#sids + 1] = sample[n] end
  local since = #sids > 0 and redis.call('HMGET', begun, unpack(sids)) or {}
  for n = 1, #sids do
    local first = tonumber(since[n] or '')
    if first then total, count = total + tonumber(sample[2 * n]) - first, count + 1 end
  end
  return count > 0 and math.floor(total / count) or 0
end
prune()
local reply = {
  redis.call('ZCOUNT', ends, '(' .. text(now), '+inf'),
  redis.call('ZCOUNT', uses, text(now - tonumber(ARGV[1])), '+inf'),
  average_length(),
}
local running = math.floor(now / MINUTE_MS)
for minute = running - 59, running do
  local _, count = minute_of(minute)
  reply[#reply + 1] = count
end
return reply`

export const snapshotLua: string = String.raw`#!lua flags=allow-oom
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
local function run_id(anonymous)
  local info = redis.pcall('INFO', 'server')
  local told = type(info) == 'string'
  if not told and anonymous == '' then error(info) end
  local id = told and string.match(info, 'run_id:(%x+)')
  if id then return id end
  if anonymous ~= '' then return anonymous end
  error({ err = 'NORUNID the server does not tell its run_id' })
end
local function meta_of_run(key, anonymous)
  local meta = meta_of(key)
  if not meta or meta.run == run_id(anonymous) then return meta end
  redis.call('UNLINK', key)
  return nil
end
local function start(key, generation, keep, anonymous)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(anonymous), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end
local CHUNK = 1000
local values = {}
if not meta_of_run(KEYS[1], ARGV[1]) then return values end
for first = 2, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  local found = redis.call('HMGET', KEYS[1], unpack(ARGV, first, last))
  for n = 1, last - first + 1 do values[first - 2 + n] = found[n] end
end
return values`

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

-- One key under one rule: src/rate-limit/counting has the same arithmetic, number by number, and says what is kept.
--
-- A rule is a letter and up to four numbers, in microseconds unless something else is said:
--   g  interval, burst, debt
--   b  every, capacity, refill, 1 where aligned
--   f  window, limit, 1 where aligned
--   c  window in ms, limit
--   s  window, limit, segment
--   l  window, limit

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

-- What a key has: `available` now, `takeable` without asking, and whether it is `healed` and so kept anew in any case.
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
      -- Nobody can say of whom it is that is forgiven: nothing of before is given back any more.
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
    -- What was taken by a clock that was ahead was taken now at the latest.
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
    -- Intervals are longer than the microseconds that gifts would take to fill one.
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

-- Until nothing is missing any more.
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

-- Until so many can be had, which cannot now.
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

-- What stands behind the rest where some was given to whoever: how often.
local function gifts_of(number)
  return number > 0 and ' ' .. text(number) or ''
end

-- Keeps what a key has; nothing where nothing is missing.
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

-- Takes so many, and keeps that. `member` names those of a log.
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

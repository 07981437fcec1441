#!lua
-- Gives back what was taken, as far as it is still missing.
--
-- KEYS     what is kept of each under its rule
-- ARGV[1]  see limit_now
-- ARGV[2]  what names those that were taken from logs, before a ':' and their receipt
-- ARGV[3]  and on, for each: its letter and four numbers, see limit_rules; how many; and as they were told when these were
--          taken the time, which is 0 for a reward to whoever, until nothing was missing, and the receipt
-- Reply    how many of the keys were changed

--- include limit_now
--- include limit_rules

local member = ARGV[2]

local function give(s, wanted)
  local given = min(wanted, s.full - now)
  if given <= 0 then return false end
  s.ends = s.receipt > 0 and max(s.ends, s.full) or s.full
  s.full, s.receipt = s.full - given, s.receipt + given
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
    if s.taken == 0 then return false end
    s.taken = max(0, s.taken - amount)
  elseif kind == 'b' then
    if s.there >= s.b then return false end
    s.there = min(s.b, s.there + amount)
  elseif kind == 'c' then
    if s.taken + s.before == 0 then return false end
    local rest = max(0, amount - s.taken)
    s.taken, s.before = max(0, s.taken - amount), max(0, s.before - rest)
  elseif kind == 's' then
    local left = amount
    for n = #s, 1, -1 do
      if left > 0 then left = left - remove_segment(s, n, left) end
    end
    return left < amount
  else
    if amount == 0 or s.count == 0 then return false end
    redis.call('ZREMRANGEBYSCORE', s.key, '-inf', text(now - s.a))
    redis.call('ZREMRANGEBYRANK', s.key, -amount, -1)
    return false
  end
  return true
end

local function give_back(s, amount, at, reset, receipt)
  local kind = s.kind
  if kind == 'g' then
    return give(s, min(amount * s.a, at + reset - max(0, s.receipt - receipt) - now))
  elseif kind == 'c' then
    if receipt == s.number and s.taken > 0 then
      s.taken = max(0, s.taken - amount)
    elseif receipt == s.number - 1 and s.before > 0 then
      s.before = max(0, s.before - amount)
    else
      return false
    end
    return true
  elseif kind == 's' then
    for n = 1, #s do
      if s[n][1] == receipt then return remove_segment(s, n, amount) > 0 end
    end
    return false
  elseif kind == 'l' then
    for n = 1, amount do redis.call('ZREM', s.key, member .. ':' .. text(receipt) .. ':' .. n) end
    return false
  end
  return receipt == s.receipt and reward(s, amount)
end

local changed = 0
for n, key in ipairs(KEYS) do
  local at = 3 + (n - 1) * 9
  local numbers = {}
  for m = 1, 8 do numbers[m] = tonumber(ARGV[at + m]) end
  local raw = ARGV[at] ~= 'l' and redis.call('GET', key)
  local s = counted(ARGV[at], key, raw or nil, numbers[1], numbers[2], numbers[3], numbers[4])
  local amount, taken_at = numbers[5], numbers[6]
  local given
  if taken_at == 0 then given = reward(s, amount) else given = give_back(s, amount, taken_at, numbers[7], numbers[8]) end
  if given then
    keep(s)
    changed = changed + 1
  end
end
return changed

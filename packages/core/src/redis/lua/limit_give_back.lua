#!lua
-- Gives back what was taken, as far as it is still missing.
--
-- KEYS     what is kept of each under its rule; with a reply that is to be forgotten the key of that
-- ARGV[1]  see limit_now
-- ARGV[2]  what names those that were taken from logs, before a ':' and their receipt
-- ARGV[3]  the time of a reply that is remembered for an id, and is to be forgotten; empty without
-- ARGV[4]  and on, for each: its letter and four numbers, see limit_rules; how many; and as they were told when these were
--          taken the time, which is 0 for a gift to whoever, until nothing was missing, and the receipt. Of permits, letter
--          p, all are taken away
-- Reply    how many of the keys were changed

--- include limit_now
--- include limit_rules

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
    -- Nothing of a window is missing two windows after it began.
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
  -- Another check may have been answered under the id by now.
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
return changed

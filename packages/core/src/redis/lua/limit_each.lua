#!lua
-- limit_check for checks of one limit each, all of whose cost is to be had: what most checks are, and as many as come at a
-- time, in one script, since most of what a script takes it takes however little it does.
--
-- KEYS     for each check what is kept under its rule, which no other one of them has, and the block of its key
-- ARGV[1]  see limit_now
-- ARGV[2]  what names those that are taken from logs, before a ':' and a number
-- ARGV[3]  that number, of the first check; each has the next one
-- ARGV[4]  and on, for checks in a row that are alike: how many these are; the letter of the rule and its four numbers, see
--          limit_rules; 1 for a shadow; the cost
-- Reply    the time; then for each check of letter g under which nothing was ever given back, until nothing is missing, from
--          which all else follows: as a negative number, and one less, where it does not pass; for every other one what
--          limit_check replies

local at, longer = ARGV[1], 3600000
if at == '' then
  local time = redis.call('TIME')
  at, longer = time[1] * 1000000 + time[2], 0
end
at = at + 0
local found = redis.call('MGET', unpack(KEYS))
local reply, key, others = { at }, 1, false

-- What was never given anything back: before anything is made that only others need, and by operators alone, since looking
-- up a function and calling it takes longer. Whole numbers as these are written exactly.
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

--- include limit_now
--- include limit_rules

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
return reply

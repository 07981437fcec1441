#!lua
-- Evaluates limits, and takes from all of them or from none. What is refused changes nothing.
--
-- KEYS     the blocks of the keys that are limited; what is kept of each under its rule; with an id the key of the reply
-- ARGV[1]  see limit_now
-- ARGV[2]  how many of the keys are blocks
-- ARGV[3]  'all', 'upto' as many as there are, 'nothing', or 'anyway', which asks nobody
-- ARGV[4]  how many ms the reply is remembered for the id; 0 without
-- ARGV[5]  what names those that are taken from logs
-- ARGV[6]  and on, for each rule: its letter and four numbers, see limit_rules; 1 for a shadow, which refuses nobody; the cost
-- Reply    1 granted, 0 refused or 2 granted before, under this id; the time; how many were granted; then for each rule
--          1 passed, 0 not now or -1 never; how many are left; until it would pass; until nothing is missing; the receipt.
--          -2 where a key is blocked; until when, in microseconds from now; the reason

--- include limit_now
--- include limit_rules

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
return reply

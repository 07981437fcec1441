#!lua
-- limit_check for one rule of the letter g, all of whose cost is to be had: what most checks are.
--
-- KEYS[1]  what is kept under the rule
-- KEYS[2]  the block
-- ARGV[1]  see limit_now
-- ARGV[2]  interval
-- ARGV[3]  burst
-- ARGV[4]  debt
-- ARGV[5]  1 for a shadow
-- ARGV[6]  the cost
-- Reply    see limit_check

--- include limit_now

local interval, burst, debt, cost = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
local found = redis.call('MGET', KEYS[1], KEYS[2])
if found[2] then
  local left, reason = blocked_by(found[2])
  if left then return { -2, left, reason } end
end
local full, refunded, ends = tonumber(found[1]), 0, 0
if found[1] and not full then
  full, refunded, ends = string.match(found[1], '^(%d+) (%d+) (%d+)$')
  full, refunded, ends = tonumber(full), tonumber(refunded) or 0, tonumber(ends) or 0
  if ends <= now then refunded = 0 end
end
if not full or full < now then full = now end
local healed = full > now + burst + debt + 5000000
if healed then full = now + burst + debt end
local available = math.max(0, math.floor((burst - (full - now)) / interval))
local passes = cost <= available
if passes and cost > 0 then
  full = full + cost * interval
  available = math.floor((burst - (full - now)) / interval)
end
if healed or (passes and cost > 0) then
  if refunded > 0 then
    ends = math.max(ends, full)
    redis.call('SET', KEYS[1], text(full) .. ' ' .. text(refunded) .. ' ' .. text(ends), 'PX', lifetime(ends - now))
  else
    redis.call('SET', KEYS[1], text(full), 'PX', lifetime(full - now))
  end
end
if passes then return { 1, now, cost, 1, available, 0, full - now, refunded } end
local never = cost > math.floor(burst / interval)
local wait = never and 0 or full - now + cost * interval - burst
if ARGV[5] == '1' then return { 1, now, cost, never and -1 or 0, available, wait, full - now, refunded } end
return { 0, now, 0, never and -1 or 0, available, wait, full - now, refunded }

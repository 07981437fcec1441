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
-- Reply    where it passes, and nothing was ever given back, the time and until nothing is missing, from which all else
--          follows; otherwise as of limit_check

local interval, burst, cost, at, longer = ARGV[2] + 0, ARGV[3] + 0, ARGV[6] + 0, ARGV[1], 3600000
if at == '' then
  local time = redis.call('TIME')
  at, longer = time[1] * 1000000 + time[2], 0
end
at = at + 0
local found = redis.call('MGET', KEYS[1], KEYS[2])
local full = found[1] and tonumber(found[1])

-- What passes, and was never given anything back: before anything is made that only others need, and by operators alone,
-- since looking up a function and calling it takes longer. Whole numbers as these are written exactly.
if cost > 0 and not found[2] and (full or not found[1]) then
  local after = cost * interval + (full and full > at and full or at)
  local missing = after - at
  if missing <= burst then
    local up = missing + 999
    redis.call('SET', KEYS[1], after, 'PX', (up - up % 1000) / 1000 + longer)
    return { at, missing }
  end
end

--- include limit_now

local debt = tonumber(ARGV[4])
if found[2] then
  local left, reason = blocked_by(found[2])
  if left then return { -2, left, reason } end
end
local refunded, ends = 0, 0
if found[1] and not full then
  full, refunded, ends = string.match(found[1], '^(%d+) (%d+) (%d+)$')
  full, refunded, ends = tonumber(full), tonumber(refunded) or 0, tonumber(ends) or 0
  if ends <= now then refunded = 0 end
end
if not full or full < now then full = now end
local most = now + burst + debt
local healed = full > most + 5000000
-- Nobody can say of whom it is that is forgiven: nothing of before is given back any more.
if healed then refunded, ends, full = refunded + full - now, math.max(ends, full), most end
local available = math.max(0, math.floor((burst - (full - now)) / interval))
local passes = cost <= available
if passes and cost > 0 then
  full = full + cost * interval
  available = math.floor((burst - (full - now)) / interval)
end
if healed or (passes and cost > 0) then
  if refunded > 0 then
    ends = math.max(ends, full)
    redis.call('SET', KEYS[1], text(full) .. ' ' .. text(refunded) .. ' ' .. text(ends), 'PX', lifetime(math.max(full, ends) - now))
  else
    redis.call('SET', KEYS[1], text(full), 'PX', lifetime(full - now))
  end
end
if passes then return { 1, now, cost, 1, available, 0, full - now, refunded } end
local never = cost > math.floor(burst / interval)
local wait = never and 0 or full - now + cost * interval - burst
if ARGV[5] == '1' then return { 1, now, cost, never and -1 or 0, available, wait, full - now, refunded } end
return { 0, now, 0, never and -1 or 0, available, wait, full - now, refunded }

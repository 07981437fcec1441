-- What claims are made of, for claim.lua and release.lua.

-- How much longer than a claim the failures before it are remembered.
local MEMORY_MS = 60000

-- Token, end and failures; no token where there is no claim.
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

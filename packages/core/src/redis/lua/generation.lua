-- What ask, identify and invalidate share: the meta hash `{app}:meta`, and the start of a generation in it.
--
-- Fields: $g generation, $c clock, $f floor of all, $r run id of the server that started the generation, $h clock at the
-- head of the queue, $n weight of the queue, $s how many namespaces have a floor of their own; f:<namespace> that floor;
-- q:<clock> the names of that invalidation, joined by newlines; and under each name its marker: "hard", "hard soft" or
-- "hard soft deadline".

local FIXED_FIELDS = 7

local function text(number)
  return string.format('%.0f', number)
end

-- The meta hash as a table; nil where there is none. Raises an error for a hash that is not ours.
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

-- The id that the server got when it started. Of one that tells none `anonymous`; where that is empty, an error.
local function run_id(anonymous)
  local info = redis.pcall('INFO', 'server')
  local told = type(info) == 'string'
  if not told and anonymous == '' then error(info) end
  local id = told and string.match(info, 'run_id:(%x+)')
  if id then return id end
  if anonymous ~= '' then return anonymous end
  error({ err = 'NORUNID the server does not tell its run_id' })
end

-- The meta hash of this run of the server; nil where there is none. Ends the generation that another run started: after
-- a restart or a failover, invalidations may be missing from the data.
local function meta_of_run(key, anonymous)
  local meta = meta_of(key)
  if not meta or meta.run == run_id(anonymous) then return meta end
  redis.call('UNLINK', key)
  return nil
end

-- Starts a generation where there is none. The expiry is set plainly: GT takes a missing one for the longest. Nothing
-- fails after the first write.
local function start(key, generation, keep, anonymous)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(anonymous), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end

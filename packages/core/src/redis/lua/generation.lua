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

-- The id that the server got when it started.
local function run_id()
  local id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  if not id then error({ err = 'NORUNID the server does not tell its run_id' }) end
  return id
end

-- Starts a generation where there is none. The expiry is set plainly: GT takes a missing one for the longest. Nothing
-- fails after the first write.
local function start(key, generation, keep)
  redis.call('HSET', key, '$g', generation, '$c', '1', '$f', '0', '$r', run_id(), '$h', '2', '$n', '0',
    '$s', '0')
  redis.pcall('PEXPIRE', key, keep)
  return { generation = generation, clock = 1, floor = 0, head = 2, weight = 0, spaces = 0 }
end

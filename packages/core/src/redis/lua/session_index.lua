-- What a command says of a user's index; nil where there is something else in its place: that counts as an index that was
-- lost, so that all of its records are ended.
local function ask_index(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.match(answer.err, '^WRONGTYPE') then error(answer) end
end

-- Until when a record counts; 0 for one that does not.
local function place_of(index, sid)
  return tonumber(ask_index('ZSCORE', index, sid) or '') or 0
end

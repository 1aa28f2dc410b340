-- One atomic step: compare what was read, write what is new, read what is asked for, tell the time.
--
-- KEYS[1]  where the schema's version stands.
-- ARGV     the schema's version; then three lists, each after its length:
--            what must be unchanged: kind, key, version
--            writes: how many words, the words of a command
--            reads: kind, key, two more words; done when there is nothing to write and nothing has changed, or when
--            something has and so nothing was written
-- Answers  {0, seconds, microseconds, what was read ...} or {2, the schema found} or, when something has changed,
--          {1, seconds, microseconds, the key that has changed, what was read ...}.
--
-- A cell is a string that begins with its version, 8 bytes; a group is a hash with its version under the empty name,
-- its members under theirs with the number of their turn, and the last number under "#".

local at = 0
local function word()
  at = at + 1
  return ARGV[at]
end

local clock = redis.call('TIME')

local commands = {
  JOIN = function(group, member, version)
    if redis.call('HEXISTS', group, member) == 0 then
      redis.call('HSET', group, member, redis.call('HINCRBY', group, '#', 1), '', version)
    end
  end,
  LEAVE = function(group, member, version)
    if redis.call('HDEL', group, member) == 1 then
      redis.call('HSET', group, '', version)
    end
  end,
  DROPIF = function(key, target)
    local cell = redis.call('GET', key)
    if cell and string.sub(cell, 9) == target then
      redis.call('DEL', key)
    end
  end,
  -- drops a record unless it has got more time meanwhile, which stands behind its version
  DROPENDED = function(key, ends, name, now)
    local cell = redis.call('GET', key)
    if cell and struct.unpack('>d', cell, 9) > tonumber(now) then
      return
    end
    redis.call('DEL', key)
    redis.call('ZREM', ends, name)
  end,
}

local readers = {
  -- a cell; nothing but "=" when it has the version that the reader knows
  cell = function(key, known)
    if known ~= '' and redis.call('GETRANGE', key, 0, 7) == known then
      return '='
    end
    return redis.call('GET', key)
  end,
  -- a cell that names others, and those: `pattern` finds the name, each %s of `forms` is the whole of it, each %t its
  -- part before a full stop
  chain = function(key, forms, pattern)
    local found = { redis.call('GET', key) }
    local whole = found[1] and string.match(string.sub(found[1], 9), pattern)
    if whole then
      local names = { s = whole, t = string.match(whole, '^[^.]*') }
      for form in string.gmatch(forms, '[^ ]+') do
        local target = string.gsub(form, '%%(.)', names)
        found[#found + 1] = target
        found[#found + 1] = redis.call('GET', target)
      end
    end
    return found
  end,
  group = function(key, known)
    if known ~= '' and redis.call('HGET', key, '') == known then
      return '='
    end
    return redis.call('HGETALL', key)
  end,
  raw = function(key)
    return redis.call('GET', key)
  end,
  hash = function(key)
    return redis.call('HGETALL', key)
  end,
  list = function(key, first, last)
    return redis.call('LRANGE', key, first, last)
  end,
  -- names whose moment has come by the clock and `ahead`; they come back 5 s later unless somebody sets them anew, so
  -- that of several who ask each gets others, and none is lost with the one that took it
  due = function(key, limit, ahead)
    local now = clock[1] + clock[2] / 1000000 + ahead
    local found = redis.call('ZRANGEBYSCORE', key, '-inf', string.format('%.6f', now), 'LIMIT', 0, limit)
    for _, name in ipairs(found) do
      redis.call('ZADD', key, string.format('%.6f', now + 5), name)
    end
    return found
  end,
  size = function(key)
    return redis.call('ZCARD', key)
  end,
  members = function(key)
    return redis.call('SMEMBERS', key)
  end,
  lowest = function(key, limit, upto)
    return redis.call('ZRANGEBYSCORE', key, '-inf', upto, 'LIMIT', 0, limit)
  end,
  highest = function(key, limit, downto)
    return redis.call('ZREVRANGEBYSCORE', key, '+inf', downto, 'LIMIT', 0, limit)
  end,
}

local found, mine = redis.call('GET', KEYS[1]), word()
if found and found ~= mine then
  return { 2, found }
end

local changed
for _ = 1, tonumber(word()) do
  local kind, key, version = word(), word(), word()
  local present
  if kind == 'group' then
    present = redis.call('HGET', key, '') or ''
  else
    present = redis.call('GETRANGE', key, 0, 7)
  end
  if present ~= version then
    changed = changed or key
  end
end

local writes = tonumber(word())
if writes > 0 and not found and not changed then
  redis.call('SET', KEYS[1], mine)
end
for _ = 1, writes do
  local words = tonumber(word())
  local own = commands[ARGV[at + 1]]
  if changed then
    -- the words are passed over
  elseif own then
    own(unpack(ARGV, at + 2, at + words))
  else
    redis.call(unpack(ARGV, at + 1, at + words))
  end
  at = at + words
end

local answer = { 0, clock[1], clock[2] }
if changed then
  answer = { 1, clock[1], clock[2], changed }
end
if (writes > 0) ~= (changed ~= nil) then
  return answer
end
for _ = 1, tonumber(word()) do
  local kind, key, first, second = word(), word(), word(), word()
  answer[#answer + 1] = readers[kind](key, first, second)
end
return answer

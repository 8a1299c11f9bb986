"""Scripts of the server: Lua that it runs without anything in between.

A script's first write is one that a full server refuses; later ones it lets pass, so that a script is done whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the digest that servers know it by."""

    text: str
    digest: str


def _script(*parts: str) -> Script:
    text = "".join(parts)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


# A stream takes only ids larger than all it ever had, so what is late, and what changes, means writing it anew: aside, then over it.
_STREAM = """
local stream, seconds = KEYS[1], ARGV[2]
local function rewrite(rows)
  local new = stream .. ':new'
  for _, row in ipairs(rows) do redis.call('XADD', new, row[1], 'm', row[2][2]) end
  redis.call('RENAME', new, stream)
end
local function touch()
  if seconds ~= '' then redis.call('EXPIRE', stream, seconds) end
end
"""

# Numbers of 64 bits would lose their last bits in Lua: digits are compared.
_EARLIER = """
local function less(a, b) return #a < #b or (#a == #b and a < b) end
local function earlier(a, b)
  local a_step, a_sequence = a[1]:match('(%d+)-(%d+)')
  local b_step, b_sequence = b[1]:match('(%d+)-(%d+)')
  if a_step ~= b_step then return less(a_step, b_step) end
  return less(a_sequence, b_sequence)
end
"""

STREAM_APPEND = _script(
    _STREAM,
    _EARLIER,
    """
local entries, late = cmsgpack.unpack(ARGV[1]), {}
for i = 1, #entries, 2 do
  local id, value = entries[i], entries[i + 1]
  local reply = redis.pcall('XADD', stream, id, 'm', value)
  if type(reply) == 'table' then
    if not reply.err:find('equal or smaller', 1, true) then return reply end
    if #redis.call('XRANGE', stream, id, id) == 0 then late[#late + 1] = {id, {'m', value}} end
  end
end
if #late > 0 then
  local rows, next = {}, 1
  for _, row in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    while late[next] and earlier(late[next], row) do
      rows[#rows + 1], next = late[next], next + 1
    end
    rows[#rows + 1] = row
  end
  for i = next, #late do rows[#rows + 1] = late[i] end
  rewrite(rows)
end
touch()
""",
)

STREAM_REPLACE = _script(
    _STREAM,
    """
local entries, bodies = cmsgpack.unpack(ARGV[1]), {}
for i = 1, #entries, 2 do
  if #redis.call('XRANGE', stream, entries[i], entries[i]) == 0 then return entries[i] end
  bodies[entries[i]] = entries[i + 1]
end
local rows = redis.call('XRANGE', stream, '-', '+')
for _, row in ipairs(rows) do
  local body, value = bodies[row[1]], row[2][2]
  if body then row[2][2] = value:sub(1, 1 + (value:byte() or 0)) .. body end
end
rewrite(rows)
touch()
""",
)

STREAM_TRIM = _script("""
local gone = redis.call('XTRIM', KEYS[1], ARGV[1], '=', ARGV[2])
if redis.call('XLEN', KEYS[1]) == 0 then redis.call('DEL', KEYS[1]) end
return gone
""")

KEYS_APPEND = _script("""
local entries, seconds = cmsgpack.unpack(ARGV[1]), ARGV[2]
for i = 1, #entries, 2 do
  local key = ARGV[3] .. entries[i]
  if redis.call('SET', key, entries[i + 1], 'NX') then
    redis.call('ZADD', KEYS[1], 0, entries[i])
    if seconds ~= '' then redis.call('EXPIRE', key, seconds) end
  end
end
if seconds ~= '' then redis.call('EXPIRE', KEYS[1], seconds) end
""")

KEYS_REPLACE = _script("""
local entries, old = cmsgpack.unpack(ARGV[1]), {}
for i = 1, #entries, 2 do
  old[i] = redis.call('GET', ARGV[3] .. entries[i])
  if not old[i] then return entries[i] end
end
for i = 1, #entries, 2 do
  redis.call('SET', ARGV[3] .. entries[i], old[i]:sub(1, 1 + (old[i]:byte() or 0)) .. entries[i + 1], 'KEEPTTL')
end
""")

KEYS_TRIM = _script("""
local gone
if ARGV[1] == 'MAXLEN' then gone = redis.call('ZREVRANGE', KEYS[1], ARGV[2], -1)
else gone = redis.call('ZRANGEBYLEX', KEYS[1], '-', '(' .. ARGV[2]) end
for _, member in ipairs(gone) do
  redis.call('DEL', ARGV[3] .. member)
  redis.call('ZREM', KEYS[1], member)
end
return #gone
""")

# KEYS: items, order, expiry. ARGV: sort key, start of this table's index keys of the same tag, the item's name in indexes, that in expiry.
# A damaged row may be written over or deleted; its version is '?'.
_ITEM = """
local items, order, expiry = KEYS[1], KEYS[2], KEYS[3]
local sort, indexes, name, expires_as = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function member(place)
  if type(place) == 'string' then return place .. '\\0' .. name end
  return name
end
local function unpack_row(stored)
  local ok, row = pcall(cmsgpack.unpack, stored)
  local sound = ok and type(row) == 'table' and type(row[1]) == 'string' and row[1]:match('^-?%d+$') and type(row[4]) == 'table'
  if sound then return row end
  return {'?', [4] = {}}
end
local function leave(row)
  for index, place in pairs(row[4]) do
    if not place[3] then redis.call('ZREM', indexes .. index .. ':' .. place[1], member(place[2])) end
  end
end
"""

# ARGV: … the row, the version that must be there ('' any, '-' none), expiry or '', seconds or '', (index key, score, member) each.
PUT_ITEM = _script(
    _ITEM,
    """
local row, expected, expires, seconds, places = ARGV[5], ARGV[6], ARGV[7], ARGV[8], cmsgpack.unpack(ARGV[9])
local stored = redis.call('HGET', items, sort)
local old = stored and unpack_row(stored)
local version = old and old[1] or '-'
if expected ~= '' and expected ~= version then return {0, version} end
redis.call('HSET', items, sort, row)
redis.call('ZADD', order, 0, sort)
if old then leave(old) end
if expires == '' then redis.call('ZREM', expiry, expires_as) else redis.call('ZADD', expiry, expires, expires_as) end
for i = 1, #places, 3 do redis.call('ZADD', places[i], places[i + 1], places[i + 2]) end
if seconds ~= '' then
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, seconds) end
  for i = 1, #places, 3 do redis.call('EXPIRE', places[i], seconds) end
end
return {1, stored}
""",
)

# ARGV: … the row that must be there, or '' for any.
DELETE_ITEM = _script(
    _ITEM,
    """
local stored = redis.call('HGET', items, sort)
if not stored or (ARGV[5] ~= '' and ARGV[5] ~= stored) then return false end
local old = unpack_row(stored)
redis.call('HDEL', items, sort)
redis.call('ZREM', order, sort)
redis.call('ZREM', expiry, expires_as)
leave(old)
return stored
""",
)

"""A log as keys: one a memory, and a sorted set of them (``layout=keys``), for those who read single memories with tools of their own."""

from __future__ import annotations

from freeagentics.errors import CorruptRecord
from freeagentics.stores.records import LogEntry, Position
from freeagentics.stores.redis.keys import agent_tag, member_of, position_in
from freeagentics.stores.redis.log import Log, entry_of
from freeagentics.stores.redis.scripts import KEYS_APPEND, KEYS_REPLACE, KEYS_TRIM


class KeyedLog(Log):
    """Logs as keys. Any order is as fast as any other."""

    append_script, replace_script, trim_script = KEYS_APPEND, KEYS_REPLACE, KEYS_TRIM

    def _read(
        self, agent: str, after: Position | None, before: Position | None, *, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        low = "-" if after is None or after[0] < 0 else self._bound(after)
        high = "+" if before is None else self._bound(before)
        verb, ends = ("ZREVRANGEBYLEX", (high, low)) if newest_first else ("ZRANGEBYLEX", (low, high))
        tag = agent_tag(self._run, agent)
        members = self._connection.call(tag, verb, self._key(tag), *ends, *(() if limit is None else ("LIMIT", 0, limit)))
        calls = [(tag, ("GET", f"{tag}:memory:".encode() + member)) for member in members]
        # One that was trimmed in between is gone; so is one that a cache has evicted.
        found = [(member, value) for member, value in zip(members, self._connection.run(calls), strict=True) if value is not None]
        return [entry_of(agent, _position(agent, member), value) for member, value in found]

    def count(self, agent: str) -> int:
        """Implement `Store.count`."""
        tag = agent_tag(self._run, agent)
        return int(self._connection.call(tag, "ZCARD", self._key(tag)))

    def _bound(self, position: Position) -> str:
        return "(" + (self._name(position) if position[0] >= 0 else "")

    def _name(self, position: Position) -> str:
        # Before the first of a step: the member without its sequence.
        return member_of(*position) if position[1] >= 0 else member_of(position[0], 0)[:-2]

    def _key(self, tag: str) -> str:
        return f"{tag}:memories"


def _position(agent: str, member: bytes) -> Position:
    try:
        return position_in(member)
    except (ValueError, IndexError) as error:
        raise CorruptRecord(f"agent {agent}: {member[:40]!r} among its memories is not a position", agent=agent) from error

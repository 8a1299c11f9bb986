"""A log as a stream: an entry a memory, which costs about 20 bytes beside the memory itself."""

from __future__ import annotations

from freeagentics.stores.records import LogEntry, Position
from freeagentics.stores.redis.keys import agent_tag, position_of, stream_id
from freeagentics.stores.redis.log import Log, entry_of
from freeagentics.stores.redis.scripts import STREAM_APPEND, STREAM_REPLACE, STREAM_TRIM


class StreamLog(Log):
    """Logs as streams. To append in order is what they are fast at; what comes late, or changes, has its agent's stream written anew."""

    append_script, replace_script, trim_script = STREAM_APPEND, STREAM_REPLACE, STREAM_TRIM

    def _read(
        self, agent: str, after: Position | None, before: Position | None, *, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        low = "-" if after is None or after[0] < 0 else f"({stream_id(after[0], max(after[1], -1))}"
        high = "+" if before is None else f"({stream_id(before[0], max(before[1], -1))}"
        if high.startswith("(-") or high == "(0-0":
            return []
        verb, ends = ("XREVRANGE", (high, low)) if newest_first else ("XRANGE", (low, high))
        tag = agent_tag(self._run, agent)
        rows = self._connection.call(tag, verb, self._key(tag), *ends, *(() if limit is None else ("COUNT", limit)))
        return [entry_of(agent, position_of(name), fields.get(b"m")) for name, fields in rows]

    def count(self, agent: str) -> int:
        """Implement `Store.count`."""
        tag = agent_tag(self._run, agent)
        return int(self._connection.call(tag, "XLEN", self._key(tag)))

    def _name(self, position: Position) -> str:
        return stream_id(*position)

    def _key(self, tag: str) -> str:
        return f"{tag}:memory"

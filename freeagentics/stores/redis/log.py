"""The logs of agents, whichever way they are laid out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from freeagentics.errors import CorruptRecord
from freeagentics.stores.contract import missing_entry
from freeagentics.stores.records import LogEntry, Position
from freeagentics.stores.redis.connection import Connection, script_call
from freeagentics.stores.redis.keys import agent_tag
from freeagentics.stores.redis.rows import pack_for_script
from freeagentics.stores.redis.scripts import Script
from freeagentics.stores.redis.servers import Call
from freeagentics.stores.validation import MAX_INT

_LONGEST_TIMESTAMP = 8


class Log(ABC):
    """The logs of the agents of one run.

    Args:
        connection: to the servers.
        run: the run.
    """

    append_script: Script
    replace_script: Script
    trim_script: Script

    def __init__(self, connection: Connection, run: str) -> None:
        self._connection = connection
        self._run = run

    def read(self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None) -> list[LogEntry]:
        """Implement `Store.read`."""
        self._connection.check_open()
        return [] if limit == 0 else self._read(agent, after, before, newest_first=newest_first, limit=limit)

    @abstractmethod
    def _read(
        self, agent: str, after: Position | None, before: Position | None, *, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        """Entries, for a limit above 0."""

    @abstractmethod
    def count(self, agent: str) -> int:
        """Implement `Store.count`."""

    @abstractmethod
    def _name(self, position: Position) -> str:
        """The name of a position inside the log."""

    @abstractmethod
    def _key(self, tag: str) -> str:
        """The key of a log."""

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Implement `Store.append`; one script an agent."""
        logs: dict[str, dict[Position, LogEntry]] = {}
        for entry in entries:
            logs.setdefault(entry.agent, {}).setdefault(entry.position, entry)
        calls = []
        for agent, log in logs.items():
            parts = [part for position in sorted(log) for part in (self._name(position), value_of(log[position]))]
            calls.append(self._call(self.append_script, agent, pack_for_script(parts), self._connection.address.retention_s or ""))
        self._connection.run(calls)

    def replace(self, entries: Sequence[LogEntry]) -> None:
        """Implement `Store.replace`; one script an agent, which reads and writes the whole of a stream."""
        logs: dict[str, dict[str, LogEntry]] = {}
        for entry in entries:
            logs.setdefault(entry.agent, {})[self._name(entry.position)] = entry
        calls = []
        for agent, log in logs.items():
            parts = [part for name, entry in log.items() for part in (name, entry.body)]
            calls.append(self._call(self.replace_script, agent, pack_for_script(parts), self._connection.address.retention_s or ""))
        for missing, log in zip(self._connection.run(calls), logs.values(), strict=True):
            if missing:
                raise missing_entry(log[missing.decode()])

    def trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        """Implement `Store.trim`."""
        if keep is None:
            how, much = "MINID", self._name((max(before_step or 0, 0), -1))
        else:
            how, much = "MAXLEN", str(keep)
        return int(self._connection.run([self._call(self.trim_script, agent, how, much)])[0])

    def _call(self, script: Script, agent: str, *arguments: Any) -> Call:
        tag = agent_tag(self._run, agent)
        return script_call(tag, script, [self._key(tag)], *arguments, f"{tag}:memory:")


# A memory as a value: how many bytes its timestamp takes, the timestamp, the body. Six bytes last to the year 6429.


def value_of(entry: LogEntry) -> bytes:
    """The value of an entry; its first byte says where the body begins, which is all that a script must know."""
    size = (entry.timestamp.bit_length() + 8) // 8
    return bytes((size,)) + entry.timestamp.to_bytes(size, "big", signed=True) + entry.body


def entry_of(agent: str, position: Position, value: bytes | None) -> LogEntry:
    """The entry that `value_of` made a value of; raises `CorruptRecord` where that cannot be."""
    size = value[0] if value else 0
    if value is None or not 0 < size <= min(_LONGEST_TIMESTAMP, len(value) - 1) or min(position) < 0 or max(position) > MAX_INT:
        raise CorruptRecord(f"agent {agent}, step {position[0]}: what is stored is not a memory", agent=agent, step=position[0])
    return LogEntry(agent, *position, int.from_bytes(value[1 : 1 + size], "big", signed=True), value[1 + size :])

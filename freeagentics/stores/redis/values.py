"""A memory as a value: how many bytes its timestamp takes, the timestamp, the body. Six bytes last to the year 6429."""

from __future__ import annotations

from freeagentics.errors import CorruptRecord
from freeagentics.stores.records import LogEntry, Position
from freeagentics.stores.validation import MAX_INT

_LONGEST = 8


def value_of(entry: LogEntry) -> bytes:
    """The value of an entry; its first byte says where the body begins, which is all that a script must know."""
    size = (entry.timestamp.bit_length() + 8) // 8
    return bytes((size,)) + entry.timestamp.to_bytes(size, "big", signed=True) + entry.body


def entry_of(agent: str, position: Position, value: bytes | None) -> LogEntry:
    """The entry that `value_of` made a value of; raises `CorruptRecord` where that cannot be."""
    size = value[0] if value else 0
    if value is None or not 0 < size <= min(_LONGEST, len(value) - 1) or min(position) < 0 or max(position) > MAX_INT:
        raise CorruptRecord(f"agent {agent}, step {position[0]}: what is stored is not a memory", agent=agent, step=position[0])
    return LogEntry(agent, *position, int.from_bytes(value[1 : 1 + size], "big", signed=True), value[1 + size :])

"""An entry of an audit trail: who saved which version of a state when, chained to the entry before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from freeagentics.errors import CorruptRecord
from freeagentics.plain_data import packed, plain_value
from freeagentics.services.agent_state import StateType, owner_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A version of a state on record: all that is known of it but for its content, of which it has the hash.

    Attributes:
        run: id of the run whose store it is in.
        agent_id: whose state it is; None for the whole run.
        version: from 1, one more with every entry.
        state_type: of the version.
        agent_version, current_cycle, last_updated: of the state, see `AgentState`.
        by: who saved it.
        at: when, wall time in ms since 1970.
        previous: `sha256` of the entry before, empty for the first.
        content_sha256: of its content.
        reason: why, in words; may be empty.
        restored: where an earlier state that was brought back had been taken from, e.g. ``version 3``; empty for one that is new.
        dropped: versions that were dropped with this one, by the rules of retention.
    """

    run: str
    agent_id: str | None
    version: int
    state_type: StateType
    agent_version: str
    current_cycle: int
    last_updated: int
    by: str
    at: int
    previous: str
    content_sha256: str = ""
    reason: str = ""
    restored: str = ""
    dropped: tuple[int, ...] = ()

    def to_bytes(self) -> bytes:
        """The entry as bytes."""
        return packed([str(value) if isinstance(value, StateType) else value for value in astuple(self)])

    @classmethod
    def from_bytes(cls, data: bytes) -> AuditEntry:
        """Inverse of `to_bytes`. Raises CorruptRecord."""
        try:
            given = dict(zip((field.name for field in fields(cls)), plain_value(data), strict=True))
            return cls(**given | {"state_type": StateType(given["state_type"])})
        except (ValueError, TypeError) as error:
            raise CorruptRecord(f"an audit entry that cannot be read: {error}") from error

    @property
    def sha256(self) -> str:
        """The hash of this entry, in hexadecimal, and so of all before it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def check_chain(run: str, agent_id: str | None, entries: Iterable[AuditEntry]) -> None:
    """Check that entries are of one owner, without a gap, and each names the hash of the one before. Raises CorruptRecord naming the first
    that is not."""
    previous = ""
    for version, entry in enumerate(entries, start=1):
        where = f"audit trail of {owner_text(agent_id)}"
        if (entry.run, entry.agent_id) != (run, agent_id):
            raise CorruptRecord(f"{where}: entry {version} is of {owner_text(entry.agent_id)} in run {entry.run}", agent=agent_id)
        if entry.version != version:
            raise CorruptRecord(f"{where}: entry {version} is missing; the next is {entry.version}", agent=agent_id)
        if entry.previous != previous:
            raise CorruptRecord(f"{where}: entry {version - 1} was changed: entry {version} names another hash of it", agent=agent_id)
        previous = entry.sha256

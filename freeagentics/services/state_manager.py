"""The state manager: versions of the states of agents, and of the run, in a store."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from freeagentics.errors import BadInput, CorruptRecord, VersionConflict
from freeagentics.services.agent_state import AgentState, Parts, StateType, content_of, owner_text
from freeagentics.services.audit_entry import AuditEntry, check_chain
from freeagentics.services.retention import Retention, retained
from freeagentics.services.state_content import content_sha256
from freeagentics.services.state_difference import PartDifference, differences
from freeagentics.services.state_rows import Head, StateRows
from freeagentics.stores import Store
from freeagentics.stores.tables import STATES


class StateManager:
    """Saves states of agents as versions, and gives every version that is kept back bit for bit.

    Versions of an owner (an agent, or with None the whole run) are counted from 1. Each has a type, which says how long it is kept, and an
    entry in the owner's audit trail, which is kept for good: entries are chained by hashes, and each has the hash of its version's content.
    Between versions that are stored whole, versions of type CURRENT are stored as they differ from one of those.

    Several managers, threads and processes may save states of one owner: of two that began from the same version one wins.

    Args:
        store: any that `open_store` opened, for the run whose states these are; the manager does not close it.
        by: who saves, for the audit trail; by default the user who runs this process.
        retention: how many versions are kept.
        clock: wall time in ms since 1970.

    Examples:
        >>> from freeagentics import open_store
        >>> from freeagentics.services import AgentState, StateManager
        >>> states = StateManager(open_store("memory:", run="mine"), by="me")
        >>> first = states.save(AgentState(agent_id="market-hunter", configuration={"learning_rate": 0.1}))
        >>> from dataclasses import replace
        >>> second = states.save(replace(first, configuration={"learning_rate": 0.5}), reason="it learned too slowly")
        >>> states.rollback("market-hunter", first.version).configuration
        {'learning_rate': 0.1}
        >>> [(entry.version, entry.by, entry.restored) for entry in states.audit("market-hunter")]
        [(1, 'me', ''), (2, 'me', ''), (3, 'me', 'version 1')]
    """

    def __init__(
        self,
        store: Store,
        *,
        by: str | None = None,
        retention: Retention = Retention(),  # noqa: B008 - frozen
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._store = store
        self._by = user_name() if by is None else str(by)
        self._retention = retention
        self._clock = clock

    def save(self, state: AgentState, *, reason: str = "", restored: str = "") -> AgentState:
        """Save a state as a new version, and return it as that.

        Args:
            state: its `version` must be the newest, or 0 where there is none yet.
            reason: why, for the audit trail.
            restored: where it was taken from, for the audit trail, if an earlier state is brought back.

        Raises:
            VersionConflict: another version is the newest; nothing has changed.
            BadInput: something in the state is no plain data. BadName: no agent's id.
            CorruptRecord: the newest version is damaged.
        """
        rows, parts = StateRows(self._store, state.agent_id), state.parts()
        head = rows.head()
        newest = head.entry.version if head else 0
        if state.version != newest:
            raise VersionConflict(
                f"{owner_text(state.agent_id)}: version {newest} is the newest, and this state began from version {state.version}; "
                "load the newest, and save again"
            )
        kept, dropped = retained([*head.kept, rows.archive(head)], self._retention) if head else ([], ())
        entry = replace(self._entry(state, head), content_sha256=content_sha256(parts), reason=reason, restored=restored, dropped=dropped)
        rows.commit(Head(entry, parts, tuple(kept)), head)
        return _state(entry, parts)

    def _entry(self, state: AgentState, head: Head | None) -> AuditEntry:
        """The audit entry of a state that is saved after *head*, but for its content and the reasons."""
        now = self._clock()
        return AuditEntry(
            run=self._store.run,
            agent_id=state.agent_id,
            version=head.entry.version + 1 if head else 1,
            state_type=StateType(state.state_type),
            agent_version=str(state.agent_version),
            current_cycle=int(state.current_cycle),
            last_updated=int(now if state.last_updated is None else state.last_updated),
            by=self._by,
            at=now,
            previous=head.entry.sha256 if head else "",
        )

    def load(self, agent_id: str | None, version: int | None = None, *, state_type: StateType | None = None) -> AgentState:
        """A version of an owner's state: the newest, the newest of a type, or the one with a number.

        Raises:
            BadInput: there is no such version, or it was dropped.
            CorruptRecord: it is damaged.
        """
        rows = StateRows(self._store, agent_id)
        head = self._head(rows)
        wanted = version if version is not None else self._newest(head, state_type)
        if wanted == head.entry.version:
            return _state(head.entry, head.parts)
        return _state(*self._version(rows, head, wanted))

    def history(self, agent_id: str | None) -> list[AuditEntry]:
        """The audit entries of all versions that can be loaded, oldest first; none where nothing was saved."""
        rows = StateRows(self._store, agent_id)
        head = rows.head()
        if head is None:
            return []
        kept = {one.version for one in head.kept}
        return [*(entry for entry in rows.entries(head.entry.version) if entry.version in kept), head.entry]

    def newest(self, agent_ids: Sequence[str | None]) -> list[AuditEntry | None]:
        """The audit entry of the newest version of each owner, None where it has none."""
        rows = [StateRows(self._store, agent_id) for agent_id in agent_ids]
        items = self._store.get(STATES, [one.place for one in rows])
        return [one.read_head(item).entry if item else None for one, item in zip(rows, items, strict=True)]

    def diff(self, agent_id: str | None, before: int, after: int) -> list[PartDifference]:
        """The parts of the state that differ between two versions. Raises what `load` raises."""
        return differences(self.load(agent_id, before).parts(), self.load(agent_id, after).parts())

    def rollback(self, agent_id: str | None, version: int, *, reason: str = "") -> AgentState:
        """Save what an earlier version holds as a new version; nothing in between is lost.

        Raises:
            VersionConflict: another version was saved meanwhile; nothing has changed.
            BadInput, CorruptRecord: as `load` does.
        """
        earlier, newest = self.load(agent_id, version), self.load(agent_id)
        back = replace(earlier, version=newest.version, state_type=StateType.CURRENT)
        return self.save(back, reason=reason, restored=f"version {version}")

    def audit(self, agent_id: str | None, *, known: str = "") -> list[AuditEntry]:
        """The audit trail of an owner, oldest first: checked entry by entry, and the content of all versions that are kept with it.

        Args:
            agent_id: the owner.
            known: `sha256` of an entry that was noted elsewhere: whoever rewrites a whole trail, or its end, cannot keep that in it.

        Raises:
            CorruptRecord: an entry or a version was changed or is missing, or the trail does not hold the entry that is *known*.
        """
        rows = StateRows(self._store, agent_id)
        head = rows.head()
        entries = [*rows.entries(head.entry.version), head.entry] if head else []
        check_chain(self._store.run, agent_id, entries)
        if known and known not in {entry.sha256 for entry in entries}:
            raise CorruptRecord(
                f"audit trail of {owner_text(agent_id)}: no entry has the hash {known}, so it is not the trail that was", agent=agent_id
            )
        if head:
            self._check_kept(rows, head, entries)
        return entries

    def _check_kept(self, rows: StateRows, head: Head, entries: Sequence[AuditEntry]) -> None:
        gone = {version for entry in entries for version in entry.dropped}
        expected = [version for version in range(1, head.entry.version) if version not in gone]
        if expected != [one.version for one in head.kept]:
            raise CorruptRecord(
                f"audit trail of {owner_text(rows.agent_id)}: versions kept are not those that it names", agent=rows.agent_id
            )
        for version in expected:
            self._version(rows, head, version)

    def _head(self, rows: StateRows) -> Head:
        head = rows.head()
        if head is None:
            raise BadInput(f"no state of {owner_text(rows.agent_id)} was saved in this store for run {self._store.run}")
        return head

    def _newest(self, head: Head, state_type: StateType | None) -> int:
        if state_type is None or head.entry.state_type is state_type:
            return head.entry.version
        found = [one.version for one in head.kept if one.state_type is state_type]
        if not found:
            raise BadInput(
                f"{owner_text(head.entry.agent_id)} has no version of type {state_type}; its newest is a {head.entry.state_type}"
            )
        return found[-1]

    def _version(self, rows: StateRows, head: Head, version: int) -> tuple[AuditEntry, Parts]:
        if version not in {one.version for one in head.kept}:
            raise BadInput(_no_version(head, version))
        try:
            return rows.version(head, version)
        except KeyError as error:
            now = self._head(rows)
            if version not in {one.version for one in now.kept}:
                raise BadInput(_no_version(now, version)) from error
            raise CorruptRecord(
                f"run {self._store.run}, {owner_text(rows.agent_id)}: version {error.args[0]} is missing, though it was not dropped",
                agent=rows.agent_id,
            ) from error


def _state(entry: AuditEntry, parts: Parts) -> AgentState:
    return AgentState(
        agent_id=entry.agent_id,
        state_type=entry.state_type,
        agent_version=entry.agent_version,
        current_cycle=entry.current_cycle,
        last_updated=entry.last_updated,
        version=entry.version,
        **content_of(parts),
    )


def _no_version(head: Head, version: int) -> str:
    owner, newest = owner_text(head.entry.agent_id), head.entry.version
    kept = ", ".join(str(one.version) for one in head.kept[-10:])
    if 0 < version < newest:
        return f"{owner}: version {version} was dropped; kept are {kept + ', ' if kept else ''}{newest}"
    return f"{owner} has no version {version}; its versions are 1 to {newest}"


def user_name() -> str:
    """Name of the user who runs this process, or the user's number where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())

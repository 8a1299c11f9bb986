"""The rows of one owner's states in a store.

The newest version stands whole in one item, with its audit entry and the list of those before it that are kept: to write that item is to
save a version, so that is atomic. Before it is written over, what it holds is copied into the rows of versions and of entries, which
never change; a copy that nobody lists, left by a writer that lost or died, counts for nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from freeagentics.errors import CorruptRecord, VersionConflict
from freeagentics.plain_data import packed, plain_value
from freeagentics.services.agent_state import Parts, StateType, owner_text
from freeagentics.services.audit_entry import AuditEntry
from freeagentics.services.retention import KeptVersion
from freeagentics.services.state_content import content_sha256, pack_content, unpack_content
from freeagentics.stores import Item, Key, Store
from freeagentics.stores.tables import STATES, state_audit_partition, state_partition, state_versions_partition

KEYFRAME_EVERY = 8
"""Versions from one that is stored whole to the next, as far as those between are CURRENT and take less as differences."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The newest version.

    Attributes:
        entry: of the audit trail.
        parts: its content.
        kept: versions before it, in rising order.
    """

    entry: AuditEntry
    parts: Parts
    kept: tuple[KeptVersion, ...] = ()

    def to_bytes(self) -> bytes:
        """The item's body."""
        kept = [[one.version, str(one.state_type), one.base] for one in self.kept]
        body = packed([self.entry.to_bytes(), pack_content(self.parts), kept])
        return zlib.crc32(body).to_bytes(4, "little") + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        """Inverse of `to_bytes`. Raises CorruptRecord."""
        if zlib.crc32(data[4:]).to_bytes(4, "little") != data[:4]:
            raise CorruptRecord("its checksum does not match")
        try:
            entry, content, kept = plain_value(data[4:])
            versions = tuple(KeptVersion(version, StateType(state_type), base) for version, state_type, base in kept)
        except (ValueError, TypeError) as error:
            raise CorruptRecord(f"it cannot be read: {error}") from error
        return cls(AuditEntry.from_bytes(entry), _checked(unpack_content(content), AuditEntry.from_bytes(entry)), versions)


class StateRows:
    """Reads and writes the rows of one owner.

    Args:
        store: of the run.
        agent_id: the owner; None for the whole run.

    Raises BadName where that is no agent's id.
    """

    def __init__(self, store: Store, agent_id: str | None) -> None:
        self._store = store
        self.agent_id = agent_id
        self.place: Key = (state_partition(agent_id), "CURRENT")
        self._versions, self._audit = state_versions_partition(agent_id), state_audit_partition(agent_id)

    def head(self) -> Head | None:
        """The newest version, None where there is none. Raises CorruptRecord where it is damaged."""
        (item,) = self._store.get(STATES, [self.place])
        return None if item is None else self.read_head(item)

    def read_head(self, item: Item) -> Head:
        """The newest version, which stands in this item."""
        try:
            return Head.from_bytes(item.body)
        except CorruptRecord as error:
            raise self._damage(f"version {item.version}: {error}") from error

    def commit(self, head: Head, before: Head | None) -> None:
        """Write a new version in place of the one *before*.

        Raises:
            VersionConflict: another one is there; nothing has changed.
        """
        expected = before.entry.version if before else None
        try:
            self._store.put_if(STATES, Item(*self.place, head.to_bytes(), head.entry.version), expected)
        except VersionConflict as error:
            raise VersionConflict(
                f"{owner_text(self.agent_id)}: version {head.entry.version} was saved by another meanwhile; load it, and save again"
            ) from error
        dropped = {*head.entry.dropped, *(before.entry.dropped if before else ())}
        self._store.delete(STATES, [(self._versions, _sort(version)) for version in sorted(dropped)])

    def archive(self, head: Head) -> KeptVersion:
        """Copy the newest version into the rows of those before it; doing so again changes nothing."""
        entry, keyframe = head.entry, self._keyframe(head)
        base, body = 0, pack_content(head.parts)
        if keyframe is not None:
            difference = pack_content(head.parts, keyframe[1])
            if len(difference) < len(body):
                base, body = keyframe[0], difference
        sort = _sort(entry.version)
        rows = [Item(self._versions, sort, body, entry.version), Item(self._audit, sort, entry.to_bytes(), entry.version)]
        self._store.put(STATES, rows)
        return KeptVersion(entry.version, entry.state_type, base)

    def _keyframe(self, head: Head) -> tuple[int, Parts] | None:
        """The version, and its content, that the newest may be stored as a difference from."""
        last = next((one.version for one in reversed(head.kept) if not one.base), None)
        if last is None or head.entry.state_type is not StateType.CURRENT or head.entry.version - last >= KEYFRAME_EVERY:
            return None
        try:
            return last, self.version(head, last)[1]
        except (KeyError, CorruptRecord):
            # One that is lost or damaged must not be in the way of versions to come.
            return None

    def version(self, head: Head, version: int) -> tuple[AuditEntry, Parts]:
        """A version that is kept before *head*. Raises KeyError where its row is gone, CorruptRecord where it is damaged."""
        base = next(one.base for one in head.kept if one.version == version)
        parts, entry = self._content(version, self._content(base, None) if base else None), self.entry(version)
        return entry, _checked(parts, entry, self._damage)

    def _content(self, version: int, base: Parts | None) -> dict[str, Any]:
        (item,) = self._store.get(STATES, [(self._versions, _sort(version))])
        if item is None:
            raise KeyError(version)
        try:
            return unpack_content(item.body, base)
        except CorruptRecord as error:
            raise self._damage(f"version {version}: {error}") from error

    def entry(self, version: int) -> AuditEntry:
        """The audit entry of a version before the newest. Raises CorruptRecord where it is damaged or missing."""
        (item,) = self._store.get(STATES, [(self._audit, _sort(version))])
        if item is None:
            raise self._damage(f"audit entry {version} is missing")
        return self._entry(item)

    def entries(self, before: int) -> Iterable[AuditEntry]:
        """All audit entries before a version, in rising order."""
        items = self._store.query(STATES, self._audit, high=_sort(before - 1))
        return map(self._entry, items)

    def _entry(self, item: Item) -> AuditEntry:
        try:
            return AuditEntry.from_bytes(item.body)
        except CorruptRecord as error:
            raise self._damage(f"audit entry {int(item.sort)}: {error}") from error

    def _damage(self, what: str) -> CorruptRecord:
        return CorruptRecord(f"run {self._store.run}, {owner_text(self.agent_id)}: {what}", agent=self.agent_id)


def _checked(parts: Parts, entry: AuditEntry, damage: Any = CorruptRecord) -> Parts:
    if (found := content_sha256(parts)) != entry.content_sha256:
        raise damage(f"version {entry.version}: its content has the hash {found[:12]}, its audit entry says {entry.content_sha256[:12]}")
    return parts


def _sort(version: int) -> str:
    return f"{version:016d}"

"""The two shapes of record that a store keeps: log entries, per agent in time, and items of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from freeagentics.errors import BadName
from freeagentics.stores.validation import check_agent, check_body, check_int, check_key, check_label, check_limit, check_now, check_number

Position = tuple[int, int]
"""The position of an entry in its agent's log: (step, sequence), both from 0."""

Key = tuple[str, str]
"""The key of an item in its table: (partition, sort)."""


class LogEntry(NamedTuple):
    """One memory as a store sees it.

    Attributes:
        agent: whose log it is in.
        step: the model's step, from 0.
        sequence: place among the agent's entries of that step, from 0.
        timestamp: market time in ms.
        body: the bytes; what they mean is settled above the store.
    """

    agent: str
    step: int
    sequence: int
    timestamp: int
    body: bytes

    @property
    def position(self) -> Position:
        """(step, sequence)."""
        return self.step, self.sequence

    def checked(self) -> LogEntry:
        """The entry in Python's own types. Raises `BadName` or `BadInput` where a field is not what every backend can keep."""
        return LogEntry(
            check_agent(self.agent),
            check_int("step", self.step, low=0),
            check_int("sequence", self.sequence, low=0),
            check_int("timestamp", self.timestamp),
            check_body(self.body),
        )


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """A secondary index of a table.

    Attributes:
        name: e.g. ``GSI1``.
        text: its sort keys are text instead of numbers; servers must know when they build the index.
    """

    name: str
    text: bool = False

    def __post_init__(self) -> None:
        check_label("index name", self.name)

    def checked(self, sort: object) -> float | str:
        """The sort key that *sort* is. Raises `BadInput` unless it is of this index's kind."""
        if self.text:
            return check_key(f"sort key of text index {self.name}:", sort)
        return check_number(f"sort key of index {self.name}:", sort)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table: its name and its secondary indexes; every verb on tables takes one, so that no store has to remember it."""

    name: str
    indexes: tuple[IndexSpec, ...] = ()

    def __post_init__(self) -> None:
        check_label("table name", self.name)
        names = [index.name for index in self.indexes]
        if len(set(names)) < len(names):
            raise BadName(f"table {self.name} has two indexes of one name among {', '.join(names)}; each needs its own")

    def index(self, name: str) -> IndexSpec:
        """The index called *name*; raises `BadName` where the table has none."""
        for index in self.indexes:
            if index.name == name:
                return index
        known = ", ".join(index.name for index in self.indexes) or "none"
        raise BadName(f"table {self.name} has no index {name!r}; its indexes: {known}")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a table.

    Attributes:
        partition: groups items that are queried together; text.
        sort: orders them, by code point; with *partition* it names the item.
        body: the bytes.
        version: what `Store.put_if` compares.
        expires: market time in ms from which on the item is gone, or None to keep it.
        index: index name to (partition, sort) in that index; an index not named does not list the item.
    """

    partition: str
    sort: str
    body: bytes
    version: int = 1
    expires: int | None = None
    index: Mapping[str, tuple[str, float | str]] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """(partition, sort)."""
        return self.partition, self.sort

    def expired(self, now: int | None) -> bool:
        """True where the item is gone at market time *now*: it is from the very millisecond of `expires`; never where *now* is None."""
        return now is not None and self.expires is not None and self.expires <= now

    def checked(self, table: TableSpec) -> Item:
        """The item in Python's own types. Raises `BadName` or `BadInput` where a field is not what every backend can keep in *table*."""
        return Item(
            check_key("partition", self.partition),
            check_key("sort key", self.sort),
            check_body(self.body),
            check_int("version", self.version),
            None if self.expires is None else check_int("expires", self.expires),
            dict(_checked_place(table.index(name), *place) for name, place in self.index.items()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The question of `Store.query`, as a backend receives it; the fields are that verb's arguments."""

    partition: str
    index: str | None
    low: float | str | None
    high: float | str | None
    newest_first: bool
    limit: int | None
    now: int | None

    def checked(self, table: TableSpec) -> Query:
        """The question in Python's own types. Raises `BadName` or `BadInput` where an argument could not be asked of *table*."""
        spec = None if self.index is None else table.index(self.index)
        return Query(
            partition=check_key("partition", self.partition),
            index=None if spec is None else spec.name,
            low=_checked_bound(spec, self.low),
            high=_checked_bound(spec, self.high),
            newest_first=self.newest_first,
            limit=check_limit(self.limit),
            now=check_now(self.now),
        )


def _checked_place(index: IndexSpec, partition: object, sort: object) -> tuple[str, tuple[str, float | str]]:
    return index.name, (check_key(f"partition of index {index.name}:", partition), index.checked(sort))


def _checked_bound(index: IndexSpec | None, bound: float | str | None) -> float | str | None:
    if bound is None:
        return None
    return check_key("bound", bound) if index is None else index.checked(bound)

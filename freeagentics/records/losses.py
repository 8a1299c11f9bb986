"""Losses: memories that consolidation dropped and shortened, and the error of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import msgpack
import numpy as np

from freeagentics.errors import CorruptRecord
from freeagentics.journal import BYTES, Journal, Kind, Page
from freeagentics.records.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class Loss:
    """Loss of memories to one consolidation, or to several.

    Attributes:
        dropped: memories that are gone.
        shortened: codes that became shorter.
        damaged: memories among those that were looked at whose code was damaged.
        bytes: that memories are charged less.
        sampled: shortened memories that were decoded before and after.
        squared_error: by group of features, the mean square of what these features changed by, each as a share of its range.
    """

    dropped: int = 0
    shortened: int = 0
    damaged: int = 0
    bytes: int = 0
    sampled: int = 0
    squared_error: dict[str, float] = field(default_factory=dict)

    def __add__(self, other: Loss) -> Loss:
        """Both together."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        sampled = max(self.sampled + other.sampled, 1)
        groups = self.squared_error | other.squared_error
        error = {
            group: (self.squared_error.get(group, 0) * self.sampled + other.squared_error.get(group, 0) * other.sampled) / sampled
            for group in groups
        }
        return Loss(**counts, squared_error=error)

    def __bool__(self) -> bool:
        return bool(self.dropped or self.shortened)

    def to_page(self, cohort: int) -> Page:
        """The page that keeps it."""
        return Page(Kind.FORGOTTEN, cohort, np.frombuffer(msgpack.packb(asdict(self)), dtype=BYTES), count=1)

    @classmethod
    def from_page(cls, page: Page) -> Loss:
        """Inverse of `to_page`. Raises CorruptRecord."""
        try:
            return cls(**msgpack.unpackb(page.records.tobytes()))
        except (ValueError, TypeError) as error:
            raise CorruptRecord(f"page of what was forgotten that cannot be read: {error}") from error


_COUNTS = ("dropped", "shortened", "damaged", "bytes", "sampled")


def losses(journal: Journal) -> dict[tuple[int, int], Loss]:
    """Losses by step and cohort. Raises CorruptRecord for damage."""
    found = {}
    for step, cohort in journal.long_term(Kind.FORGOTTEN):
        records = journal.read(step, Kind.FORGOTTEN, cohort)
        if records is not None:
            found[step, cohort] = Loss.from_page(Page(Kind.FORGOTTEN, cohort, records))
    return found


def forgot(record: RunRecord) -> bool:
    """True where consolidation has shortened or dropped any memory of a run."""
    with Journal(record.directory.journal) as journal:
        return bool(total(losses(journal).values()))


def total(found: Iterable[Loss]) -> Loss:
    """All of them together."""
    return sum(found, Loss())

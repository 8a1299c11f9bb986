"""Side information of memories: what agents share of a step, stored once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, I64, Mask
from freeagentics.memory.features import BOOK

BOOK_COLUMNS = tuple(f"book.{name}" for name in BOOK)
"""Columns that follow those of the market."""


@dataclass(frozen=True, slots=True, eq=False)
class SideInformation:
    """Side information of memories (n,).

    Attributes:
        values: observation of their step, (A, columns), or of each one's own step, (n, A, columns).
        book: features of the book of each one's desk, (n, len(BOOK)); None where it is the books that are coded.
    """

    values: F32
    book: F32 | None = None

    @property
    def assets(self) -> int:
        """Number of assets, A."""
        return self.values.shape[-2]

    def rows(self, chosen: I64 | Mask | slice) -> SideInformation:
        """Side information of some of the memories."""
        values = self.values if self.values.ndim == 2 else self.values[chosen]
        return SideInformation(values, None if self.book is None else self.book[chosen])

    def in_focus(self, focus: I64) -> F32:
        """Columns of the assets in focus (n,), and those of the book, (n, columns)."""
        market = np.broadcast_to(self.values, (len(focus), *self.values.shape[-2:]))[np.arange(len(focus)), focus]
        return market if self.book is None else np.concatenate([market, self.book], axis=1, dtype=np.float32)

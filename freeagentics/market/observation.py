"""Observation: what the market shows in one step."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.arrays import F32, I64
from freeagentics.errors import BadInput
from freeagentics.market.names import in_brackets


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One closed bar as its sources tell it, the same for all agents; F columns, A assets; arrays are read-only.

    Attributes:
        step: counts from 1.
        timestamp: market time of the bar's close.
        columns: the F names, each prefixed by its source, e.g. ``price.return_1``.
        values: float32 (A, F); never NaN: what is not known is 0.
        prices: int64 (A,), closing prices in the units of the market: divide by its `units.price` for USD.
    """

    step: int
    timestamp: int
    columns: tuple[str, ...]
    values: F32
    prices: I64

    def column(self, name: str) -> F32:
        """One column, float32 (A,); raises `BadInput` where there is none of that name."""
        if name not in self.columns:
            raise BadInput(f"the observation has no column {name!r}{in_brackets(name, self.columns)}; it has {', '.join(self.columns)}")
        return self.values[:, self.columns.index(name)]

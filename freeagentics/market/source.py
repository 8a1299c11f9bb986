"""A source: one feed of the market, and what reading it costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from freeagentics.arrays import F32, F64
from freeagentics.errors import BadInput
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily


class Source(ABC):
    """One feed: columns made from bars and daily figures.

    A subclass sets the class attributes and says in `missing` and `compute` what it needs and what it shows.

    Attributes:
        name: how scenarios and agents call it; one word in lower case.
        columns: what it shows, each name prefixed by the source's, e.g. ``whales.count``.
        direction: the one of its columns that is its evidence on direction: in [-1, 1], above 0 where common belief expects a rise.
        default_cost_cents: what a read costs, unless the constructor is told otherwise.
        cost_cents: what one read in one step costs.

    Raises:
        BadInput: a negative cost.
    """

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    direction: ClassVar[str]
    default_cost_cents: ClassVar[int] = 0

    def __init__(self, cost_cents: int | None = None) -> None:
        self.cost_cents = self.default_cost_cents if cost_cents is None else cost_cents
        if self.cost_cents < 0:
            raise BadInput(f"source {self.name}: a read cannot cost {self.cost_cents} cents; 0 is the least")

    @abstractmethod
    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """Missing inputs of this source, in words; empty where it can be computed."""

    @abstractmethod
    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """All it shows, float32 (T, A, C) for its C columns; called only where nothing is missing.

        Row t may use only what is known when bar t closes. NaN means not known; agents are shown 0 for it.
        """


def missing_daily(daily: Daily | None, name: str) -> tuple[str, ...]:
    """Answer of `Source.missing` for a source that needs one daily column."""
    return () if daily is not None and name in daily.columns else (f"{name} (daily)",)


def stack(columns: list[F64]) -> F32:
    """Columns, each float64 (T, A), side by side as float32 (T, A, C)."""
    return np.stack(columns, axis=-1).astype(np.float32)


def spread(values: F64, bars: Bars) -> F64:
    """A figure (T,) of the market as a whole, shown the same for each asset, (T, A)."""
    return np.broadcast_to(values[:, None], bars.close.shape)

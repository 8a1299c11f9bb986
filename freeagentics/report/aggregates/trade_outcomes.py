"""Outcomes of trades over the horizon."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData
from freeagentics.report.aggregates.top_trades import horizon_gains


class TradeOutcomes:
    """Gains of fills, each over the horizon after its decision and less its fee; *prices* (T, A), USD. Buys come first, sells second.

    Attributes:
        count: fills whose horizon is over, (2,).
        gainers: those of them that gained, (2,).
        gained: what these gained, USD, (2,).
        lost: what the others lost, USD, (2,).
    """

    def __init__(self, context: RunContext, prices: F64) -> None:
        self._context, self._prices = context, prices
        self.count, self.gainers = (np.zeros(2, dtype=np.int64) for _ in range(2))
        self.gained, self.lost = np.zeros(2), np.zeros(2)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        if data.fills is None or (gains := horizon_gains(self._context, self._prices, data)) is None:
            return
        side, good = (data.fills["quantity"] < 0).astype(np.int64), gains > 0
        self.count += np.bincount(side, minlength=2)
        self.gainers += np.bincount(side[good], minlength=2)
        self.gained += np.bincount(side[good], weights=gains[good], minlength=2)
        self.lost -= np.bincount(side[~good], weights=gains[~good], minlength=2)

"""Returns of the desks, alone and together, beside what holding would have brought."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from freeagentics.arrays import F64
from freeagentics.experiments.measures import matched_return
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.desks import DeskCurves
from freeagentics.report.aggregates.performance import Performance, ReturnSums, bars_a_year, performance
from freeagentics.report.aggregates.scan import StepData

TOGETHER, HOLD, MATCHED = range(3)
"""Columns of the series: all desks together, buy and hold, and the exposure-matched benchmark."""

_AT_ONCE = 256
"""Desks whose benchmarks are computed together."""


class Returns:
    """Returns of a bar, net of all costs; T steps, D desks.

    The exposure-matched benchmark holds the mean exposure of the run in all assets alike at every close, without fees.

    Args:
        context: of the run.
        desks: that see each step before this does.
        basket: worth of a USD spread over all assets at the first close, (T,).
        hold: worth of a desk's cash that bought the basket then, USD, (T,).

    Attributes:
        a_year: bars a year.
        equity: mean over desks, USD, (T,).
    """

    def __init__(self, context: RunContext, desks: DeskCurves, basket: F64, hold: F64) -> None:
        self._cash, self._desks, self._basket = context.scenario.market.cash, desks, basket
        self._hold = _changes(hold, self._cash)
        self.a_year = bars_a_year(context.timestamps)
        self.equity = np.zeros(context.steps)
        self._before, self._sums = np.full(context.desks, self._cash), ReturnSums(context.desks)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        place, equity = data.step - 1, np.maximum(data.accounts["equity"] / CENTS, 1 / CENTS)
        self._sums.update(equity / self._before - 1, float(self._hold[place]))
        self._before, self.equity[place] = equity, equity.mean()

    @cached_property
    def series(self) -> F64:
        """Returns of all desks together, of buy and hold, and of the exposure-matched benchmark, (T, 3)."""
        moves = _changes(self._basket, float(self._basket[0]))
        return np.stack([_changes(self.equity, self._cash), self._hold, moves * self._desks.mean_exposure.mean()], axis=1)

    @cached_property
    def together(self) -> Performance:
        """Figures of the series, (3,)."""
        return performance(self.series, self._hold, self.a_year)

    @cached_property
    def of_desks(self) -> Performance:
        """Figures of each desk, (D,)."""
        return self._sums.performance(self.a_year)

    @cached_property
    def matched(self) -> F64:
        """Return of each desk's own exposure-matched benchmark, (D,)."""
        exposure = self._desks.mean_exposure
        parts = np.array_split(exposure, -(-len(exposure) // _AT_ONCE))
        return np.concatenate([matched_return(part, self._basket) for part in parts])


def _changes(worth: F64, first: float) -> F64:
    """Returns of what is worth *first* before the first bar, (T,)."""
    return worth / np.append(first, worth[:-1]) - 1

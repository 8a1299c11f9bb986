"""Curves of the desks: five-number summaries over desks at every step, and the totals of each desk."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.journal import SHARED, Kind
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData

MINIMUM, QUARTILE_1, MEDIAN, QUARTILE_3, MAXIMUM = range(5)
"""Columns of a five-number summary."""

_QUARTILES = np.linspace(0, 1, 5)


def five_number_summary(values: F64) -> F64:
    """Minimum, quartiles and maximum of *values* (n,), linear between neighbours, (5,)."""
    ordered = np.sort(values)
    place = _QUARTILES * (len(ordered) - 1)
    low = place.astype(np.int64)
    return ordered[low] + (place - low) * (ordered[np.minimum(low + 1, len(ordered) - 1)] - ordered[low])


class DeskCurves:
    """Equity, drawdown and exposure of all desks; T steps, D desks.

    Attributes:
        equity: five-number summary, USD, (T, 5).
        drawdown: five-number summary of the fall from a desk's own highest close, a share, (T, 5).
        exposure: five-number summary of the invested share of equity, (T, 5).
        best: desk with the most equity at the end.
        worst: desk with the least equity at the end.
        best_equity: equity of the best desk, USD, (T,).
        worst_equity: equity of the worst desk, USD, (T,).
        final_equity: USD, (D,).
        fees: USD paid in all, (D,).
        data_costs: USD paid for sources in all, (D,).
        data_costs_so_far: USD paid for sources so far, all desks together, (T,).
        max_drawdown: largest drawdown, a share, (D,).
        mean_exposure: mean invested share of equity, (D,).
        turnover: notional of all fills, USD, (D,).
        fills: number of fills, (D,).
    """

    def __init__(self, context: RunContext) -> None:
        steps, desks = context.steps, context.desks
        self.equity, self.drawdown, self.exposure = (np.zeros((steps, 5)) for _ in range(3))
        self.best_equity, self.worst_equity, self.data_costs_so_far = (np.zeros(steps) for _ in range(3))
        last = context.journal.read(steps, Kind.ACCOUNTS, SHARED)
        assert last is not None
        self.final_equity, self.fees, self.data_costs = (last[name] / CENTS for name in ("equity", "fees", "data_costs"))
        self.best, self.worst = int(self.final_equity.argmax()), int(self.final_equity.argmin())
        self.max_drawdown, self.mean_exposure, self.turnover = (np.zeros(desks) for _ in range(3))
        self.fills = np.zeros(desks, dtype=np.int64)
        self._peak = np.full(desks, context.scenario.market.cash)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        place = data.step - 1
        equity = data.accounts["equity"] / CENTS
        np.maximum(self._peak, equity, out=self._peak)
        drawdown = 1 - equity / self._peak
        exposure = np.where(equity > 0, 1 - data.accounts["cash"] / CENTS / np.maximum(equity, 1 / CENTS), 0)
        for curve, values in ((self.equity, equity), (self.drawdown, drawdown), (self.exposure, exposure)):
            curve[place] = five_number_summary(values)
        self.best_equity[place], self.worst_equity[place] = equity[self.best], equity[self.worst]
        self.data_costs_so_far[place] = data.accounts["data_costs"].sum(dtype=np.float64) / CENTS
        np.maximum(self.max_drawdown, drawdown, out=self.max_drawdown)
        self.mean_exposure += exposure / len(self.equity)
        if data.fills is not None:
            desk = data.fills["desk"]
            self.fills += np.bincount(desk, minlength=len(self.fills))
            self.turnover += np.bincount(desk, weights=data.fills["notional"] / CENTS, minlength=len(self.fills))

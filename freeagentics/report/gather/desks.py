"""How the desks fared: spreads over desks at every step, and the totals of each."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.journal import SHARED, Kind
from freeagentics.market import CENTS
from freeagentics.report.gather.context import RunContext
from freeagentics.report.gather.scan import StepData

LOWEST, LOWER, MIDDLE, UPPER, HIGHEST = range(5)
"""Columns of a spread: least, first quartile, median, third quartile, most."""

_QUARTILES = np.linspace(0, 1, 5)


def spread(values: F64) -> F64:
    """The five numbers of *values* (n,), linear between neighbours, (5,)."""
    ordered = np.sort(values)
    place = _QUARTILES * (len(ordered) - 1)
    low = place.astype(np.int64)
    return ordered[low] + (place - low) * (ordered[np.minimum(low + 1, len(ordered) - 1)] - ordered[low])


class DeskCurves:
    """Equity, drawdown and exposure of all desks; T steps, D desks.

    Attributes:
        equity: USD. drawdown: fall from a desk's own highest close, as a share. exposure: invested share. Spreads, (T, 5).
        best, worst: desks with the most and the least at the end. best_equity, worst_equity: USD, (T,).
        final, fees, data: USD at the end, paid in all, (D,). deepest: largest drawdown, invested: mean exposure, (D,).
        data_paid: USD paid for sources so far, all desks together, (T,). fills: of each desk, (D,). traded: USD, (D,).
    """

    def __init__(self, ground: RunContext) -> None:
        steps, desks = ground.steps, ground.desks
        self.equity, self.drawdown, self.exposure = (np.zeros((steps, 5)) for _ in range(3))
        self.best_equity, self.worst_equity, self.data_paid = (np.zeros(steps) for _ in range(3))
        last = ground.journal.read(steps, Kind.ACCOUNTS, SHARED)
        assert last is not None
        self.final, self.fees, self.data = (last[name] / CENTS for name in ("equity", "fees", "data_costs"))
        self.best, self.worst = int(self.final.argmax()), int(self.final.argmin())
        self.deepest, self.invested, self.traded = (np.zeros(desks) for _ in range(3))
        self.fills = np.zeros(desks, dtype=np.int64)
        self._peak = np.full(desks, ground.scenario.market.cash)

    def see(self, moment: StepData) -> None:
        """Take in one step."""
        place = moment.step - 1
        equity = moment.accounts["equity"] / CENTS
        np.maximum(self._peak, equity, out=self._peak)
        drawdown = 1 - equity / self._peak
        exposure = 1 - moment.accounts["cash"] / CENTS / np.maximum(equity, 1 / CENTS)
        for curve, values in ((self.equity, equity), (self.drawdown, drawdown), (self.exposure, exposure)):
            curve[place] = spread(values)
        self.best_equity[place], self.worst_equity[place] = equity[self.best], equity[self.worst]
        self.data_paid[place] = moment.accounts["data_costs"].sum(dtype=np.float64) / CENTS
        np.maximum(self.deepest, drawdown, out=self.deepest)
        self.invested += exposure / len(self.equity)
        if moment.fills is not None:
            desk = moment.fills["desk"]
            self.fills += np.bincount(desk, minlength=len(self.fills))
            self.traded += np.bincount(desk, weights=moment.fills["notional"] / CENTS, minlength=len(self.fills))

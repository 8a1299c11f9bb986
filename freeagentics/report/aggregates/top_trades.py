"""The trades that brought the most and the least over the horizon."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.arrays import F64, AnyArray
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData

SHOWN = 3
"""Trades shown of either kind."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill: the agent that ordered it at *step*, and what it was worth at the close a horizon later, after its fee, USD."""

    step: int
    agent: int
    asset: int
    quantity: float
    price: float
    value: float
    fee: float
    gain: float


class TopTrades:
    """The best and the worst fill of every step, of those whose horizon is over.

    A fill gains its quantity times the way from its price to the close a horizon after its decision, less the fee: what was bought may have
    risen, what was sold may have fallen. *prices* (T, A), USD.
    """

    def __init__(self, context: RunContext, prices: F64) -> None:
        self._prices, self._horizon, self._units = prices, context.horizon, context.units
        self._best: list[Trade] = []
        self._worst: list[Trade] = []

    def update(self, data: StepData) -> None:
        """Take in one step; what was filled in it was ordered in the one before."""
        ordered = data.step - 1
        if data.fills is None or ordered + self._horizon > len(self._prices):
            return
        fills = data.fills
        later = self._prices[ordered + self._horizon - 1, fills["asset"]]
        quantity, price = fills["quantity"] / self._units.quantity[fills["asset"]], fills["price"] / self._units.price[fills["asset"]]
        gain = quantity * (later - price) - fills["fee"] / CENTS
        best, worst = int(gain.argmax()), int(gain.argmin())
        if gain[best] > 0:
            self._best.append(self._trade(ordered, fills[best], float(gain[best])))
        if gain[worst] < 0:
            self._worst.append(self._trade(ordered, fills[worst], float(gain[worst])))

    def best(self) -> list[Trade]:
        """The three that gained most, at least a horizon apart: else all of them would show one move."""
        return self._apart(sorted(self._best, key=lambda trade: -trade.gain))

    def worst(self) -> list[Trade]:
        """The three that lost most, likewise."""
        return self._apart(sorted(self._worst, key=lambda trade: trade.gain))

    def _apart(self, trades: list[Trade]) -> list[Trade]:
        chosen: list[Trade] = []
        for trade in trades:
            if len(chosen) < SHOWN and all(abs(trade.step - other.step) >= self._horizon for other in chosen):
                chosen.append(trade)
        return chosen

    def _trade(self, step: int, fill: AnyArray, gain: float) -> Trade:
        asset = int(fill["asset"])
        return Trade(
            step=step,
            agent=int(fill["agent"]),
            asset=asset,
            quantity=float(fill["quantity"] / self._units.quantity[asset]),
            price=float(fill["price"] / self._units.price[asset]),
            value=float(fill["notional"] / CENTS),
            fee=float(fill["fee"] / CENTS),
            gain=gain,
        )

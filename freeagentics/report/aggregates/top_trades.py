"""The trades that brought the most and the least over the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
        self._context, self._prices, self._horizon, self._units = context, prices, context.horizon, context.units
        self._best: list[Trade] = []
        self._worst: list[Trade] = []

    def update(self, data: StepData) -> None:
        """Take in one step; what was filled in it was ordered in the one before."""
        ordered = data.step - 1
        gain, fills = horizon_gains(self._context, self._prices, data), data.fills
        if gain is None or fills is None:
            return
        # Nobody decided on those of a broker.
        gain = np.where(fills["agent"] < 0, 0, gain)
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


def horizon_gains(context: RunContext, prices: F64, data: StepData) -> F64 | None:
    """Gains of a step's fills over the horizon from their decision, less their fee, USD, (n,); None before that is known."""
    later, fills, units = data.step - 2 + context.horizon, data.fills, context.units
    if fills is None or later >= len(prices):
        return None
    asset = fills["asset"]
    quantity, price = fills["quantity"] / units.quantity[asset], fills["price"] / units.price[asset]
    return np.asarray(quantity * (prices[later, asset] - price) - fills["fee"] / CENTS)

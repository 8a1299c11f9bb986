"""Accounts of the desks: exact; long only and never in debt, unless they have margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I32, I64, Mask, contiguous, occurrence_batches, readonly
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.kernels import compiled
from freeagentics.market.margin import Margin
from freeagentics.market.money import CENTS, LARGEST_CENTS, notional_cents
from freeagentics.market.orders import Fills

_TOO_RICH = f"a desk has come to {LARGEST_CENTS / CENTS:g} USD, more than accounts can hold; give desks less market.cash"


class Accounts:
    """One account a desk; D desks, A assets, money in cents, quantities in the units of their asset.

    Always, for every desk: initial cash = cash + spent on buys - earned by sells + fees + data costs, to the cent. Without margin, cash and
    positions are never below zero.

    Attributes:
        initial: int, cents that every desk began with.
        margin: terms of borrowing, if desks may.
        cash: int64 (D,).
        position: int64 (D, A).
        cost: int64 (D, A), cents paid, without fees, for what is still held: the average cost times the position; below 0, what was
            received for units that were borrowed.
        fees: int64 (D,), paid so far, for fills and for what was borrowed.
        data_costs: int64 (D,), paid so far for reading sources.
        peak: int64 (D,), the highest equity marked so far.
    """

    _STATE = ("cash", "position", "cost", "fees", "data_costs", "peak")

    def __init__(self, desks: int, assets: int, cash_cents: int, margin: Margin | None = None) -> None:
        if desks < 1 or assets < 1 or cash_cents < 0:
            raise BadInput(f"accounts for {desks} desks, {assets} assets, {cash_cents} cents: at least one desk and asset, and no debt")
        self.initial = cash_cents
        self.margin = margin
        self.cash: I64 = np.full(desks, cash_cents, dtype=np.int64)
        self.position: I64 = np.zeros((desks, assets), dtype=np.int64)
        self.cost: I64 = np.zeros((desks, assets), dtype=np.int64)
        self.fees: I64 = np.zeros(desks, dtype=np.int64)
        self.data_costs: I64 = np.zeros(desks, dtype=np.int64)
        self.peak: I64 = np.full(desks, cash_cents, dtype=np.int64)
        self._valued: tuple[tuple[bytes, bytes], I64] = ((b"", b""), self.position)

    def copy(self) -> Self:
        """The same accounts, apart."""
        desks, assets = self.position.shape
        twin = type(self)(desks, assets, self.initial, self.margin)
        twin.load(self.state())
        return twin

    def values(self, prices: I64) -> I64:
        """Positions at *prices* (A,), in cents (D, A), each rounded to a cent. The last are kept: a step asks for them several times.

        Raises:
            BadInput: a desk is worth more than an account can hold.
        """
        key = prices.tobytes(), self.position.tobytes()
        if key != self._valued[0]:
            self._valued = key, readonly(notional_cents(prices, self.position))
        value = self._valued[1]
        if (self.cash + value.sum(axis=1, dtype=np.float64) >= LARGEST_CENTS).any():
            raise BadInput(_TOO_RICH)
        return value

    def equity(self, prices: I64) -> I64:
        """Cash and positions at *prices* (A,), in cents (D,). Raises as `values` does."""
        return np.asarray(self.cash + self.values(prices).sum(axis=1), dtype=np.int64)

    def exposure(self, prices: I64) -> F64:
        """Share of equity (D,) that is invested, less what is sold short, 0 to 1 without margin; 0 where there is no equity."""
        equity = self.equity(prices)
        return np.where(equity > 0, (equity - self.cash) / np.maximum(equity, 1), 0)

    def mark(self, prices: I64) -> None:
        """Remember the equity at *prices* (A,) where it is a new peak."""
        np.maximum(self.peak, self.equity(prices), out=self.peak)

    def charge(self, desk: I32, cents: I64) -> I64:
        """Charge data costs, in order, each cut to the cash that is left where none can be borrowed; returns int64 (n,), what was charged.

        Args:
            desk: (n,), whom; a desk may come several times.
            cents: (n,), how much; not negative.
        """
        if not len(desk):
            return np.zeros(0, dtype=np.int64)
        if (cents < 0).any():
            raise BadInput(f"a charge of {cents.min()} cents: charges cannot be negative")
        if self.margin:
            for account, change in ((self.cash, -cents), (self.data_costs, cents)):
                np.add.at(account, desk, change)
            return np.array(cents, dtype=np.int64)
        charged = np.empty(len(desk), dtype=np.int64)
        compiled.accounts_charge(desk, contiguous(cents, dtype=np.int64), self.cash, self.data_costs, charged)
        return charged

    def lend(self, prices: I64, elapsed_ms: int) -> None:
        """Charge for what desks with margin have borrowed for a time, at *prices* (A,)."""
        if self.margin:
            fee = self.margin.fee(self.cash, self.values(prices), elapsed_ms)
            self.cash -= fee
            self.fees += fee

    def called(self, prices: I64) -> I64:
        """Desks, rising, whose equity at *prices* (A,) is below their maintenance margin; none without margin."""
        return self.margin.called(self.cash, self.values(prices)) if self.margin else np.zeros(0, dtype=np.int64)

    def bankrupt(self) -> Mask:
        """Desks (D,) that hold nothing and have no cash: with margin, a desk may owe more than all it had."""
        return np.asarray((self.cash <= 0) & ~self.position.any(axis=1))

    def settle(self, fills: Fills) -> None:
        """Move cash and positions, in the order of *fills*.

        Raises:
            BadInput: a fill would take cash or a position below zero, without margin, or cash beyond what can be held; of its desk's fills,
                those before it are settled.
        """
        for batch in occurrence_batches(fills.desk):
            self._settle_turn(fills.take(batch))

    def _settle_turn(self, fills: Fills) -> None:
        desk, cell = fills.desk, (fills.desk, fills.asset)
        held, cost = self.position[cell], self.cost[cell]
        spent = np.where(fills.quantity > 0, fills.notional, -fills.notional)
        cash = self.cash[desk] - spent - fills.fee
        position = held + fills.quantity
        if not self.margin and ((cash < 0).any() or (position < 0).any()):
            row = int(np.argmax((cash < 0) | (position < 0)))
            raise BadInput(
                f"a fill takes desk {desk[row]} to {cash[row]} cents and {position[row]} units: fills must be cut to what there is"
            )
        if (cash >= LARGEST_CENTS).any():
            raise BadInput(_TOO_RICH)
        self.cash[desk] = cash
        self.position[cell] = position
        adds = (held == 0) | ((fills.quantity > 0) == (held > 0))
        self.cost[cell] = np.where(adds, cost + np.sign(fills.quantity) * fills.notional, _cost_left(cost, held, position, fills))
        self.fees[desk] += fills.fee

    def state(self) -> dict[str, NDArray[Any]]:
        """Copies of all arrays, by name."""
        return {name: getattr(self, name).copy() for name in self._STATE}

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` for a missing array or one of another shape."""
        for name in self._STATE:
            own: I64 = getattr(self, name)
            if name not in state or state[name].shape != own.shape:
                found = f"of shape {state[name].shape}" if name in state else "missing"
                raise CorruptRecord(f"saved accounts: {name} is {found}; {own.shape} is needed")
        for name in self._STATE:
            getattr(self, name)[...] = state[name]


def _cost_left(cost: I64, held: I64, position: I64, fills: Fills) -> I64:
    """The part of *cost* that stays with *position* of what was *held*, rounded to a cent; closing all leaves none, and what was filled
    beyond that has opened a position of its own."""
    share = position / np.where(held == 0, 1, held)
    turned = (held != 0) & (share < 0)
    opened = np.sign(fills.quantity) * np.rint(fills.notional * (position / np.where(turned, fills.quantity, 1)))
    return np.asarray(np.where(turned, opened, np.rint(cost * share)).astype(np.int64))

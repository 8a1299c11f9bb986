"""The queue of orders that stand for the next bar, those of a broker included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.market.accounts import Accounts
from freeagentics.market.exchange import fill, fill_each
from freeagentics.market.margin import BROKER
from freeagentics.market.orders import Fills, Orders


class OrderQueue:
    """Orders of desks for the next bar, cut to what their accounts allow at the last close, and the fills of the last bar.

    Attributes:
        accounts: of the desks.
        orders: that stand.
        fills: of the last bar.
    """

    def __init__(self, accounts: Accounts, fee_ppm: int) -> None:
        self.accounts = accounts
        self.orders = Orders.empty()
        self.fills = Fills.empty()
        self._fee_ppm = fee_ppm

    def submit(self, orders: Orders, closes: I64) -> Orders:
        """Queue orders and return them as accepted.

        They are cut to what the desk's cash (a fee kept back) and position, or its margin, allow at *closes* (A,) or at their limits, given
        all that it queued before. Of a desk that is being closed out none is accepted. What is to be taken back is, before any is queued.

        Raises:
            BadInput: a desk or an asset that does not exist.
        """
        if not len(orders):
            return orders
        self._check_targets(orders)
        orders = self._taken_back(orders)
        free = self.accounts.copy()
        fill(self.orders, free, self.orders.worst(closes), self._fee_ppm, closes)
        if self.accounts.margin:
            closing = self.orders.desk[self.orders.agent == BROKER]
            orders = orders.take(np.flatnonzero(~np.isin(orders.desk, closing)))
        cut = fill_each(orders, free, orders.worst(closes), self._fee_ppm, closes).quantity
        kept = np.flatnonzero(cut)
        accepted = replace(orders.take(kept), quantity=cut[kept])
        if not accepted.plain:
            accepted = replace(accepted, number=1 + np.arange(len(accepted)))
        self.orders = Orders.concatenate([self.orders, accepted])
        return accepted

    def _taken_back(self, orders: Orders) -> Orders:
        """Take back what stood before this step, of those that want that; returns the other orders."""
        back = orders.ttl <= 0
        if back.any():
            assets = self.accounts.position.shape[1]
            gone = (self.orders.age > 0) & np.isin(_places(self.orders, assets), _places(orders.take(np.flatnonzero(back)), assets))
            self.orders = self.orders.take(np.flatnonzero(~gone))
            orders = orders.take(np.flatnonzero(~back))
        return orders

    def _check_targets(self, orders: Orders) -> None:
        for name, count in zip(("desk", "asset"), self.accounts.position.shape, strict=True):
            values = getattr(orders, name)
            wrong = (values < 0) | (values >= count)
            if wrong.any():
                row = int(np.argmax(wrong))
                raise BadInput(f"order {row} of agent {orders.agent[row]}: {name} {values[row]} does not exist; give 0 to {count - 1}")

    def settled(self, fills: Fills, filled: I64) -> None:
        """Note the fills of a bar, and how much was *filled* of each order that stood in it, (n,). What they left has lapsed, but of those
        that stand for more bars."""
        left = self.orders.quantity - filled
        stay = np.flatnonzero((left != 0) & (self.orders.ttl > 1))
        self.fills = fills
        self.orders = self.orders.take(stay)
        if len(stay):
            self.orders = replace(self.orders, quantity=left[stay], ttl=self.orders.ttl - 1, age=self.orders.age + 1)

    def closed(self, closes: I64, elapsed_ms: int) -> None:
        """A bar has closed at these prices (A,): mark accounts, charge for what was borrowed, and close out desks below their maintenance
        margin, by the broker's orders for the next bar."""
        self.accounts.lend(closes, elapsed_ms)
        self.accounts.mark(closes)
        if len(called := self.accounts.called(closes)):
            row, asset = (place.astype(np.int32) for place in np.nonzero(self.accounts.position[called]))
            desk = called[row].astype(np.int32)
            closing = Orders(np.full(len(desk), BROKER), desk, asset, -self.accounts.position[desk, asset])
            others = self.orders.take(np.flatnonzero(~np.isin(self.orders.desk, called)))
            self.orders = Orders.concatenate([others, closing])

    def state(self) -> dict[str, NDArray[Any]]:
        """Copies of accounts, orders and fills, by name."""
        tables = {"accounts": self.accounts.state(), "queue": self.orders.arrays(), "fills": self.fills.arrays()}
        return {f"{table}.{name}": array.copy() for table, arrays in tables.items() for name, array in arrays.items()}

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` where it is of other desks or not whole, and then takes nothing."""
        try:
            orders = Orders(**{name: state[f"queue.{name}"] for name in Orders.empty().arrays()})
            fills = Fills(**{name: state[f"fills.{name}"] for name in Fills.empty().arrays()})
        except KeyError as error:
            raise CorruptRecord(f"saved market: {error.args[0]} is missing") from error
        self.accounts.load({name.removeprefix("accounts."): array for name, array in state.items() if name.startswith("accounts.")})
        self.orders, self.fills = orders, fills


def _places(orders: Orders, assets: int) -> I64:
    """A number for the agent and the asset of each order, (n,)."""
    return np.asarray(orders.agent.astype(np.int64) * assets + orders.asset)

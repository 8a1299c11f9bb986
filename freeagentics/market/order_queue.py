"""The queue of orders that stand for the next bar, those of a broker included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.market.accounts import Accounts
from freeagentics.market.exchange import fill
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

        They are cut to what the desk's cash (a fee kept back) and position allow at *closes* (A,), or its margin, given all that it queued
        before. Of a desk that is being closed out none is accepted.

        Raises:
            BadInput: a desk or an asset that does not exist.
        """
        if not len(orders):
            return orders
        self._check_targets(orders)
        free = self.accounts.copy()
        fill(self.orders, free, closes[self.orders.asset], self._fee_ppm, closes)
        if self.accounts.margin:
            closing = self.orders.desk[self.orders.agent == BROKER]
            orders = orders.take(np.flatnonzero(~np.isin(orders.desk, closing)))
        cut = fill(orders, free, closes[orders.asset], self._fee_ppm, closes)
        accepted = Orders(cut.agent, cut.desk, cut.asset, cut.quantity)
        self.orders = Orders.concatenate([self.orders, accepted])
        return accepted

    def _check_targets(self, orders: Orders) -> None:
        for name, count in zip(("desk", "asset"), self.accounts.position.shape, strict=True):
            values = getattr(orders, name)
            wrong = (values < 0) | (values >= count)
            if wrong.any():
                row = int(np.argmax(wrong))
                raise BadInput(f"order {row} of agent {orders.agent[row]}: {name} {values[row]} does not exist; give 0 to {count - 1}")

    def settled(self, fills: Fills) -> None:
        """Note the fills of a bar; whatever of the orders they did not fill has lapsed."""
        self.fills, self.orders = fills, Orders.empty()

    def closed(self, closes: I64, elapsed_ms: int) -> None:
        """A bar has closed at these prices (A,): mark accounts, charge for what was borrowed, and close out desks below their maintenance
        margin, by the broker's orders for the next bar."""
        self.accounts.lend(closes, elapsed_ms)
        self.accounts.mark(closes)
        if len(called := self.accounts.called(closes)):
            row, asset = (place.astype(np.int32) for place in np.nonzero(self.accounts.position[called]))
            desk = called[row].astype(np.int32)
            broker = np.full(len(desk), BROKER, dtype=np.int32)
            self.orders = Orders(broker, desk, asset, -self.accounts.position[desk, asset])

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

"""Orders of desks in the phases of a bar: when each arrives, what its desk can pay for, and what became of it."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, I32, I64, occurrence_batches
from freeagentics.market.accounts import Accounts
from freeagentics.market.auction.clearing import Book
from freeagentics.market.margin import BROKER, Margin, Room
from freeagentics.market.money import LARGEST_UNITS, affordable_quantity, fee_cents, notional_cents
from freeagentics.market.orders import Fills, Orders
from freeagentics.randomness import generator

_FIRST_CLOSED_OUT = 2**30
"""Owner of the broker's orders for desk 0: beyond all members of crowds and agents."""

_ROUNDING = 2
"""Cents that an order keeps back: values may be rounded for all buyers together, and so its fee may be a cent more, too."""


class DeskOrders:
    """The n orders of a bar. Each arrives in one of its phases, or was there before, and is there in all from then on.

    Attributes:
        filled: int64 (n,), units of each order that were filled so far.

    Args:
        orders: as desks gave them.
        accounts: of the desks, which fills are settled in.
        arrival: float64 (n,), when each arrives, in phases of the bar: 2.5 is in the middle of the third.
        first_owner: number of the agent 0 among the owners of a book.
        fee_ppm: of a fill.
    """

    def __init__(self, orders: Orders, accounts: Accounts, arrival: F64, first_owner: int, fee_ppm: int) -> None:
        self._orders, self._accounts, self._arrival = orders, accounts, arrival
        broker = orders.agent == BROKER
        self._owner = np.where(broker, _FIRST_CLOSED_OUT + orders.desk, orders.agent + first_owner).astype(np.int32)
        self._fee_ppm = fee_ppm
        self.filled, self._cents, self._fees = (np.zeros(len(orders), dtype=np.int64) for _ in range(3))
        self._worth = np.zeros(len(orders), dtype=object)
        self._standing: I64 = np.zeros(0, dtype=np.int64)

    def book(self, round_: int, last: I64, lowest: I64, highest: I64) -> Book:
        """Orders that are there in a phase, at the bounds of its price (A,), cut to what their desks can pay there and have, or to the room
        that their margin leaves at the *last* prices (A,)."""
        if not len(self._orders):
            return Book.empty()
        rows = np.flatnonzero((self._arrival < round_ + 1) & (self.filled != self._orders.quantity))
        asset, left = self._orders.asset[rows], (self._orders.quantity - self.filled)[rows]
        own = self._orders.limit[rows]
        limit = np.where(left > 0, highest[asset], lowest[asset])
        limit = np.where(own > 0, np.where(left > 0, np.minimum(limit, own), np.maximum(limit, own)), limit)
        if margin := self._accounts.margin:
            quantity = self._on_margin(margin, rows, left, limit, last)
        else:
            quantity = np.where(left > 0, self._affordable(rows, left, limit), self._held(rows, left))
        kept = quantity != 0
        self._standing = rows[kept]
        return Book(asset[kept], self._owner[self._standing], limit[kept], quantity[kept])

    def _on_margin(self, margin: Margin, rows: I64, left: I64, limit: I64, last: I64) -> I64:
        """Quantities (n,) of orders, as far as there is room for them; what one of them may close makes no room for another yet."""
        room = Room(margin, self._accounts.cash, self._accounts.position, last, self._fee_ppm)
        quantity, desk, asset = np.zeros_like(left), self._orders.desk[rows], self._orders.asset[rows]
        for turn in occurrence_batches(desk):
            quantity[turn] = room.take(desk[turn], asset[turn], left[turn], limit[turn])
        return quantity

    def _affordable(self, rows: I64, left: I64, limit: I64) -> I64:
        """Quantities (n,) of orders to buy, as far as cash goes at their limits; what a sell may bring pays for nothing yet."""
        quantity, cash, buys = np.zeros_like(left), self._accounts.cash.copy(), np.flatnonzero(left > 0)
        for turn in occurrence_batches(self._orders.desk[rows[buys]]):
            at = buys[turn]
            desk, price = self._orders.desk[rows[at]], limit[at]
            most = affordable_quantity(np.maximum(cash[desk] - _ROUNDING, 0), price, self._fee_ppm)
            room = int(LARGEST_UNITS) - self._accounts.position[desk, self._orders.asset[rows[at]]]
            wanted = np.minimum(np.minimum(left[at], most), room)
            worth = notional_cents(price, wanted)
            # What is worth no cent by itself may cost one after all, where there is none.
            quantity[at] = np.where(worth > 0, wanted, 0)
            cash[desk] = np.maximum(cash[desk] - worth - fee_cents(worth, self._fee_ppm) - _ROUNDING, 0)
        return quantity

    def _held(self, rows: I64, left: I64) -> I64:
        """Quantities (n,) of orders to sell, as far as positions go."""
        quantity, held, sells = np.zeros_like(left), self._accounts.position.copy(), np.flatnonzero(left < 0)
        desk, asset = self._orders.desk[rows[sells]], self._orders.asset[rows[sells]]
        for turn in occurrence_batches(desk.astype(np.int64) * held.shape[1] + asset):
            at, whose = sells[turn], (desk[turn], asset[turn])
            quantity[at] = np.maximum(left[at], -held[whose])
            held[whose] += quantity[at]
        return quantity

    def places(self) -> F64:
        """Time of arrival of each order of the last book within a phase, 0 to 1."""
        arrival = self._arrival[self._standing]
        return np.asarray(arrival - np.floor(arrival))

    def settle(self, filled: I64, cents: I64, mean: I64) -> None:
        """Take in what a phase filled of the orders that stood in it, what that is worth, and at which mean prices."""
        if not filled.any():
            return
        rows = self._standing[filled != 0]
        filled, cents, at = filled[filled != 0], cents[filled != 0], mean[filled != 0]
        fee = fee_cents(cents, self._fee_ppm)
        orders = self._orders.take(rows)
        self._accounts.settle(Fills(orders.agent, orders.desk, orders.asset, filled, at, cents, fee))
        self.filled[rows] += filled
        self._cents[rows] += cents
        self._fees[rows] += fee
        self._worth[rows] += filled.astype(object) * at.astype(object)

    def fills(self) -> Fills:
        """One fill an order, at the mean price of all that it got, rounded to a unit."""
        rows = np.flatnonzero(self.filled)
        filled = self.filled[rows].astype(object)
        price = np.array((2 * self._worth[rows] + filled) // (2 * filled), dtype=np.int64)
        orders = self._orders.take(rows)
        paid = (self.filled[rows], price, self._cents[rows], self._fees[rows])
        return Fills(orders.agent, orders.desk, orders.asset, *paid, orders.age, orders.number)


def arrivals(agent: I32, rounds: int, seed: int, bar: int) -> F64:
    """Arrival of an order of each agent (n,), float64 (n,) from 0 to before the number of a bar's phases: it depends on nothing else.
    A broker's come first of all."""
    if not len(agent):
        return np.zeros(0)
    chance = generator(seed, "market/auction/arrivals", step=bar).random(max(int(agent.max()), 0) + 1)
    return np.where(agent < 0, 0, chance[np.maximum(agent, 0)] * rounds)

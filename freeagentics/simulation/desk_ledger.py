"""The ledger of the desks: their accounts as everybody may know them at the last close."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import DeskBooks
from freeagentics.arrays import I64, ArrayState
from freeagentics.kernels import compiled
from freeagentics.market import Accounts, Fills
from freeagentics.memory import BOOK

WINDOW = 24
"""Bars over which turnover and the longer return are taken."""


class DeskLedger(ArrayState):
    """Follows equity and turnover of every desk over the last 24 bars.

    Attributes:
        equity: cents, a ring (25, desks).
        traded: cents, a ring (24, desks).
        exposure: at the last close, (desks,).
    """

    def __init__(self, accounts: Accounts) -> None:
        desks = len(accounts.cash)
        self._accounts = accounts
        self.equity = np.tile(accounts.cash, (WINDOW + 1, 1))
        self.traded = np.zeros((WINDOW, desks), dtype=np.int64)
        self.exposure = np.zeros(desks, dtype=np.float32)

    def close(self, step: int, prices: I64, fills: Fills) -> DeskBooks:
        """Books at the close of a step, *prices* (A,) in their units."""
        accounts = self._accounts
        value = accounts.values(prices)
        equity = accounts.cash + value.sum(axis=1)
        self.equity[step % (WINDOW + 1)] = equity
        traded = self.traded[step % WINDOW]
        traded[:] = 0
        np.add.at(traded, fills.desk, fills.notional)
        return self._books(step, prices, value, equity)

    def _books(self, step: int, prices: I64, value: I64, equity: I64) -> DeskBooks:
        """Figures of the books (``c/desks.c``).

        Cash, exposure and turnover are shares of equity, drawdown is one from its peak, costs are one of the cash at first, returns are
        those of equity; concentration is the sum of squared weights, and what is unrealised the value of what is held over what it cost,
        less 1.
        """
        accounts, desks = self._accounts, len(equity)
        last, day = self.equity[(step - 1) % (WINDOW + 1)], self.equity[(step - WINDOW) % (WINDOW + 1)]
        features, weight = np.empty((desks, len(BOOK)), dtype=np.float32), np.empty(value.shape, dtype=np.float32)
        owned = (accounts.cash, accounts.fees, accounts.data_costs, accounts.peak, equity, last, day, self.traded.sum(axis=0))
        compiled.books_close(value, accounts.cost, *owned, accounts.initial, self.exposure, features, weight)
        return DeskBooks(equity, accounts.cash.copy(), accounts.position.copy(), prices, weight, features, features)

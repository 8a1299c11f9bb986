"""The ledger of the desks: their accounts as everybody may know them at the last close."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.agents import DeskBooks
from freeagentics.arrays import F32, I64, ArrayState
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
        accounts = self._accounts
        whole = np.maximum(equity, 1)
        cost = accounts.cost.sum(axis=1)
        weight = value / whole[:, None]
        before, self.exposure = self.exposure, _share(kernels.total(weight))
        last, day = self.equity[(step - 1) % (WINDOW + 1)], self.equity[(step - WINDOW) % (WINDOW + 1)]
        told = {
            "cash_share": _share(accounts.cash / whole),
            "exposure": self.exposure,
            "position_change": self.exposure - before,
            "unrealised_return": _share(value.sum(axis=1) / np.maximum(cost, 1) - 1) * (cost > 0),
            "drawdown": _share(1 - equity / np.maximum(accounts.peak, 1)),
            "equity_return_1": _share(equity / np.maximum(last, 1) - 1),
            "equity_return_24": _share(equity / np.maximum(day, 1) - 1),
            "turnover_24": _share(self.traded.sum(axis=0) / whole),
            "cost_share": _share((accounts.fees + accounts.data_costs) / max(accounts.initial, 1)),
            "concentration": kernels.total(np.square(_share(weight))),
        }
        features = np.stack([told[name] for name in BOOK], axis=1)
        return DeskBooks(equity, accounts.cash.copy(), accounts.position.copy(), prices, _share(weight), features, features)


def _share(values: np.ndarray) -> F32:
    return values.astype(np.float32)

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.agents import DeskBooks
from freeagentics.arrays import I64
from freeagentics.market import UNITS, Accounts, Fills, Orders
from freeagentics.market.exchange import fill
from freeagentics.simulation.desk_ledger import DeskLedger

CASH, FEE_PPM = 10_000_000, 1000
DESKS, ASSETS = 2, 2


@dataclass
class Ledger:
    """One desk's books, kept by hand in plain numbers."""

    equity: list[float] = field(default_factory=lambda: [float(CASH)])
    traded: list[float] = field(default_factory=list)
    exposure: list[float] = field(default_factory=lambda: [0.0])
    cost: list[float] = field(default_factory=lambda: [0.0] * ASSETS)

    def note(self, cash: int, position: list[int], prices: list[int], fills: list[tuple[int, int, int]]) -> list[float]:
        """A close; *fills* are (asset, quantity, cents). Returns what is held of each asset, as shares."""
        value = [quantity * price / UNITS / UNITS * 100 for quantity, price in zip(position, prices, strict=True)]
        self.equity.append(cash + sum(value))
        self.traded.append(sum(cents for _, _, cents in fills))
        self.exposure.append(sum(value) / self.equity[-1])
        for asset, quantity, cents in fills:
            before = position[asset] - quantity
            self.cost[asset] = self.cost[asset] + cents if quantity > 0 else self.cost[asset] * position[asset] / max(before, 1)
        return [part / self.equity[-1] for part in value]

    def back(self, bars: int) -> float:
        """Equity so many bars ago, or at first."""
        return self.equity[max(len(self.equity) - 1 - bars, 0)]


def agrees(books: DeskBooks, desk: int, ledger: Ledger, weight: list[float], costs: float) -> None:
    """Compare one desk's books with those kept by hand."""
    now, held = ledger.equity[-1], sum(weight) * ledger.equity[-1]
    expected = {
        "concentration": sum(share**2 for share in weight),
        "exposure": sum(weight),
        "position_change": ledger.exposure[-1] - ledger.exposure[-2],
        "cash_share": 1 - sum(weight),
        "drawdown": 1 - now / max(ledger.equity),
        "equity_return_1": now / ledger.back(1) - 1,
        "equity_return_24": now / ledger.back(24) - 1,
        "turnover_24": sum(ledger.traded[-24:]) / now,
        "cost_share": costs / CASH,
    }
    # The rounding of a cent is no small part of a position of a few.
    if sum(ledger.cost) > 100_000:
        expected["unrealised_return"] = held / sum(ledger.cost) - 1
    np.testing.assert_allclose(books.equity[desk], now, atol=2)
    np.testing.assert_allclose(books.weight[desk], weight, atol=1e-5)
    for name, value in expected.items():
        np.testing.assert_allclose(books.feature(name)[desk], value, atol=1e-4, err_msg=name)


def trade(accounts: Accounts, draw: np.random.Generator, prices: I64) -> Fills:
    """Random orders of both desks, one an asset at most, filled as far as their accounts allow."""
    count = int(draw.integers(0, 3))
    asset = draw.permutation(ASSETS)[:count]
    quantity = (draw.normal(0, 500, count) * UNITS).astype(np.int64)
    orders = Orders(np.zeros(count, np.int32), draw.integers(0, DESKS, count).astype(np.int32), asset.astype(np.int32), quantity)
    return fill(orders, accounts, prices[asset], FEE_PPM)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_books_are_what_one_would_keep_by_hand(seed: int, steps: int) -> None:
    draw, accounts = np.random.default_rng(seed), Accounts(DESKS, ASSETS, CASH)
    keeper, ledgers = DeskLedger(accounts), [Ledger() for _ in range(DESKS)]
    prices = np.full(ASSETS, 100 * UNITS, dtype=np.int64)
    for step in range(1, steps + 1):
        prices = (prices * np.exp(draw.normal(0, 0.03, ASSETS))).astype(np.int64)
        fills = trade(accounts, draw, prices)
        accounts.mark(prices)
        books = keeper.close(step, prices, fills)
        for desk, ledger in enumerate(ledgers):
            mine = fills.take(np.flatnonzero(fills.desk == desk))
            done = list(zip(mine.asset.tolist(), mine.quantity.tolist(), mine.notional.tolist(), strict=True))
            weight = ledger.note(int(accounts.cash[desk]), accounts.position[desk].tolist(), prices.tolist(), done)
            agrees(books, desk, ledger, weight, float(accounts.fees[desk]))


def test_books_do_not_change_with_the_accounts_after_the_close() -> None:
    accounts = Accounts(1, 1, CASH)
    books = DeskLedger(accounts).close(1, np.array([UNITS]), Fills.empty())
    accounts.position[:] = UNITS
    assert (books.position.tolist(), books.feature("cash_share").tolist(), books.feature("unrealised_return").tolist()) == ([[0]], [1], [0])


def test_a_keeper_that_takes_back_its_state_goes_on_alike() -> None:
    accounts, prices = Accounts(1, 1, CASH), np.array([100 * UNITS])
    one, other = DeskLedger(accounts), DeskLedger(accounts)
    nothing = np.zeros(1, np.int32)
    one.close(1, prices, fill(Orders(nothing, nothing, nothing, np.array([UNITS])), accounts, prices, 0))
    other.load(one.state())
    ahead = [keeper.close(2, prices * 2, Fills.empty()) for keeper in (one, other)]
    for name in ("turnover_24", "equity_return_1", "position_change"):
        assert ahead[0].feature(name).tolist() == ahead[1].feature(name).tolist() != [0]

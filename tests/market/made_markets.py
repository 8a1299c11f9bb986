"""Trade in markets whose prices are made by those who trade, and what is there after it that was given to nobody."""

from __future__ import annotations

from typing import Any

import numpy as np

from freeagentics.market import UNITS, AuctionMarket, Orders


def orders_of(desks: int, *rows: tuple[int, int, float]) -> Orders:
    """Orders from (agent, asset, units of the asset); agents trade for the desk of their number."""
    agent, asset, quantity = zip(*rows, strict=True)
    return Orders(np.array(agent), np.array(agent) % desks, np.array(asset), np.array([round(units * UNITS) for units in quantity]))


def trade(made: AuctionMarket, steps: int, size: float = 2.0) -> list[tuple[Any, ...]]:
    """Random orders of all desks for some steps, of at most so many units, and all that could be seen of them."""
    trail: list[tuple[Any, ...]] = []
    desks = len(made.accounts.cash)
    for _ in range(steps):
        seen = made.advance()
        random = np.random.default_rng(made.step)
        rows = [(desk, int(random.integers(len(made.symbols))), float(random.uniform(-size, size))) for desk in range(desks)]
        made.submit(orders_of(desks, *rows))
        accounts = made.accounts
        trail.append(
            (seen.values.tobytes(), seen.prices.tolist(), accounts.cash.tolist(), accounts.position.tolist(), made.happened.tolist())
        )
    return trail


def created(made: AuctionMarket, cash: int) -> tuple[int, list[int]]:
    """Cents and units that are there beyond what was given to anybody, outsiders' accounts included; each desk was given *cash* cents."""
    accounts, crowd, outsiders = made.accounts, made.crowd, made.outsiders
    cents = int(accounts.cash.sum() + accounts.fees.sum() + crowd.cash.sum() - crowd.cash_endowed.sum()) - len(accounts.cash) * cash
    units = accounts.position.sum(axis=0) + crowd.held.sum(axis=1) - crowd.units_endowed + outsiders.filled.sum(axis=0)
    return cents - int(outsiders.cents.sum()), units.tolist()

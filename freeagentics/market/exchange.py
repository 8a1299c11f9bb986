"""The exchange: what an order gets, at which price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I32, I64, Mask, occurrence_batches
from freeagentics.market.accounts import Accounts
from freeagentics.market.margin import Room
from freeagentics.market.money import LARGEST_UNITS, affordable_quantity, fee_cents, notional_cents, to_price
from freeagentics.market.orders import Fills, Orders
from freeagentics.market.terms import LARGEST_IMPACT, Terms
from freeagentics.market.units import Units

Totals = NDArray[np.object_]
"""Whole numbers of any size, one an asset: sums over all desks may pass 64 bits."""


def rationed(orders: Orders, volume: F64, units: Units, terms: Terms) -> Orders:
    """Orders cut so that together, bought and sold, they take no more of *volume* (A,) than the terms allow.

    Where there are more of an asset, all are cut in proportion, each down to a whole unit: none depends on where it stands.
    """
    if not terms.max_participation or not len(orders):
        return orders
    size = np.abs(orders.quantity)
    wanted = _totals(orders.asset, size, len(volume))
    allowed = np.array([int(most) for most in terms.max_participation * volume * units.quantity], dtype=object)
    rows = np.flatnonzero((wanted > allowed)[orders.asset])
    asset = orders.asset[rows]
    cut = orders.quantity.copy()
    share = (size[rows].astype(object) * allowed[asset] // wanted[asset]).astype(np.int64)
    cut[rows] = np.sign(orders.quantity[rows]) * share
    return replace(orders, quantity=cut)


def impacted_prices(orders: Orders, desks: int, opens: F64, volume: F64, units: Units, terms: Terms) -> I64:
    """The price of each order, int64 (n,) in its asset's units: the open, moved by the net flow of its own desk in that asset, or of all.

    impact = sign(net) * impact_bps / 1e4 * sqrt(|net| / volume), at most 2 % either way: the square-root law of market impact (Almgren,
    Thum, Hauptmann and Li, "Direct estimation of equity market impact", Risk 2005, who find an exponent near it; Toth et al., "Anomalous
    price impact and the critical nature of liquidity", Physical Review X 2011). Unless impact is shared, desks do not move each other's
    prices. A price may so leave the range from the low to the high of its bar, which knows nothing of these orders.

    Args:
        orders: n orders.
        desks: how many there are.
        opens: float64 (A,), one open for all.
        volume: float64 (A,), of the last closed bar; infinite where none is known, and then there is no impact.
    """
    if not terms.impact_bps:
        return to_price(opens[orders.asset], units.price[orders.asset])
    flow = _shared_flow(orders, len(opens)) if terms.shared_impact else _own_flow(orders, desks, len(opens))
    traded = volume[orders.asset]
    share = np.divide(np.abs(flow) / units.quantity[orders.asset], traded, out=np.full(len(orders), np.inf), where=traded > 0)
    size = np.minimum(terms.impact_bps / 1e4 * np.sqrt(share), LARGEST_IMPACT)
    return to_price(opens[orders.asset] * (1 + np.sign(flow) * size), units.price[orders.asset])


def _own_flow(orders: Orders, desks: int, assets: int) -> I64:
    net = np.zeros((desks, assets), dtype=np.int64)
    np.add.at(net, (orders.desk, orders.asset), orders.quantity)
    return net[orders.desk, orders.asset]


def _shared_flow(orders: Orders, assets: int) -> F64:
    return _totals(orders.asset, orders.quantity, assets).astype(np.float64)[orders.asset]


def _totals(asset: I32, quantity: I64, assets: int) -> Totals:
    """Sums (A,) of quantities (n,), exact, and so the same in whatever order they stand."""
    high, low = (np.zeros(assets, dtype=np.int64) for _ in range(2))
    np.add.at(high, asset, quantity >> 32)
    np.add.at(low, asset, quantity & 0xFFFFFFFF)
    return np.asarray(high.astype(object) * 2**32 + low.astype(object), dtype=object)


def waiting(orders: Orders, opens: I64) -> Mask:
    """Mask of orders (n,) whose limit the opens (A,) do not meet."""
    price, limit = opens[orders.asset], orders.limit
    return (limit > 0) & np.where(orders.quantity > 0, price > limit, price < limit)


def passed(orders: Orders, low: I64, high: I64) -> Mask:
    """Mask of orders (n,) whose limit a bar from *low* to *high* (A,) goes beyond: a price that is only touched may have gone to those who
    waited longer."""
    return np.where(orders.quantity > 0, low[orders.asset] < orders.limit, high[orders.asset] > orders.limit)


def limited(prices: I64, orders: Orders) -> I64:
    """Prices (n,) of orders, none worse than its limit."""
    better = np.where(orders.quantity > 0, np.minimum(prices, orders.limit), np.maximum(prices, orders.limit))
    return np.where(orders.limit > 0, better, prices)


def fill(orders: Orders, accounts: Accounts, prices: I64, fee_ppm: int, marks: I64 | None = None) -> Fills:
    """Fill *orders* (n) at *prices* (n,), as far as the accounts allow, and settle them.

    A desk's orders are taken in the order in which they stand: a sell is cut to the position, a buy to what free cash pays for with its
    fee, and what a sell brings is there for the buys after it. Orders cut to nothing vanish, and so do buys that would cost no cent
    (many of them would be a position for nothing). No position grows beyond what can be counted. With margin, orders are cut to the room
    that positions leave which are worth *marks* (A,).
    """
    fills = fill_each(orders, accounts, prices, fee_ppm, marks)
    return fills.take(np.flatnonzero(fills.quantity))


def fill_each(orders: Orders, accounts: Accounts, prices: I64, fee_ppm: int, marks: I64 | None = None) -> Fills:
    """The same, with a fill of nothing for an order that gets nothing: (n,)."""
    parts = []
    ranked = occurrence_batches(orders.desk)
    for turn in ranked:
        wanted = orders.take(turn)
        part = _priced(wanted, _allowed(wanted, accounts, prices[turn], fee_ppm, marks), prices[turn], fee_ppm)
        accounts.settle(part)
        parts.append(part)
    if not parts:
        return Fills.empty()
    return Fills.concatenate(parts).take(np.argsort(np.concatenate(ranked)))


def _allowed(orders: Orders, accounts: Accounts, prices: I64, fee_ppm: int, marks: I64 | None) -> I64:
    """Quantity of each order after cutting, int64 (n,); no desk may come twice."""
    if accounts.margin:
        assert marks is not None, "what positions are worth says what may be borrowed"
        room = Room(accounts.margin, accounts.cash, accounts.position, marks, fee_ppm)
        return room.take(orders.desk, orders.asset, orders.quantity, prices)
    cash, held = accounts.cash[orders.desk], accounts.position[orders.desk, orders.asset]
    most = affordable_quantity(cash, prices, fee_ppm)
    bought = np.minimum(np.minimum(orders.quantity, most), int(LARGEST_UNITS) - held)
    bought = np.where(notional_cents(prices, np.maximum(bought, 0)) == 0, 0, bought)
    return np.where(orders.quantity > 0, bought, np.maximum(orders.quantity, -held))


def _priced(orders: Orders, quantity: I64, prices: I64, fee_ppm: int) -> Fills:
    notional = np.abs(notional_cents(prices, quantity))
    fee = fee_cents(notional, fee_ppm)
    return Fills(orders.agent, orders.desk, orders.asset, quantity, prices, notional, fee, orders.age, orders.number)

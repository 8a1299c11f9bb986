"""The exchange: what an order gets, at which price."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import turns
from freeagentics.market.accounts import Accounts
from freeagentics.market.arrays import F64, I64
from freeagentics.market.money import UNITS, affordable_quantity, fee_cents, notional_cents, to_price
from freeagentics.market.orders import Fills, Orders

LARGEST_IMPACT = 0.02


def impacted_prices(orders: Orders, desks: int, opens: F64, volume: F64, impact_bps: float) -> I64:
    """The price of each order, int64 (n,) in units of 1e-8: the open, moved by its own desk's net flow in its asset.

    impact = sign(net) * impact_bps / 1e4 * sqrt(|net| / volume), at most 2 % either way: the square-root law of market impact (Almgren,
    Thum, Hauptmann and Li, "Direct estimation of equity market impact", Risk 2005, who find an exponent near it; Toth et al., "Anomalous
    price impact and the critical nature of liquidity", Physical Review X 2011). Desks do not move each other's prices.

    Args:
        orders: n orders.
        desks: how many there are.
        opens: float64 (A,), one open for all.
        volume: float64 (A,), of the last closed bar.
        impact_bps: impact in basis points of a flow as large as that volume.
    """
    net = np.zeros((desks, len(opens)), dtype=np.int64)
    np.add.at(net, (orders.desk, orders.asset), orders.quantity)
    flow = net[orders.desk, orders.asset]
    traded = volume[orders.asset]
    share = np.divide(np.abs(flow) / UNITS, traded, out=np.full(len(orders), np.inf), where=traded > 0)
    size = np.minimum(impact_bps / 1e4 * np.sqrt(np.where(flow == 0, 0.0, share)), LARGEST_IMPACT) if impact_bps else np.zeros(len(orders))
    return to_price(opens[orders.asset] * (1 + np.sign(flow) * size))


def fill(orders: Orders, accounts: Accounts, prices: I64, fee_ppm: int) -> Fills:
    """Fill *orders* (n) at *prices* (n,), as far as the accounts allow, and settle them.

    A desk's orders are taken in the order in which they stand: a sell is cut to the position, a buy to what free cash pays for with its
    fee, and what a sell brings is there for the buys after it. Orders cut to nothing vanish, and so do buys that would cost no cent
    (many of them would be a position for nothing).
    """
    parts = []
    ranked = turns(orders.desk)
    for turn in ranked:
        wanted = orders.take(turn)
        part = _priced(wanted, _allowed(wanted, accounts, prices[turn], fee_ppm), prices[turn], fee_ppm)
        accounts.settle(part)
        parts.append(part)
    if not parts:
        return Fills.empty()
    fills = Fills.concatenate(parts).take(np.argsort(np.concatenate(ranked)))
    return fills.take(np.flatnonzero(fills.quantity))


def _allowed(orders: Orders, accounts: Accounts, prices: I64, fee_ppm: int) -> I64:
    """Quantity of each order after cutting, int64 (n,); no desk may come twice."""
    cash, held = accounts.cash[orders.desk], accounts.position[orders.desk, orders.asset]
    most = affordable_quantity(cash, prices, fee_ppm)
    bought = np.minimum(orders.quantity, most)
    bought = np.where(notional_cents(prices, np.maximum(bought, 0)) == 0, 0, bought)
    return np.where(orders.quantity > 0, bought, np.maximum(orders.quantity, -held))


def _priced(orders: Orders, quantity: I64, prices: I64, fee_ppm: int) -> Fills:
    notional = np.abs(notional_cents(prices, quantity))
    return Fills(orders.agent, orders.desk, orders.asset, quantity, prices, notional, fee_cents(notional, fee_ppm))

"""A slow auction of one asset, as its rules are told: every price is tried, every order is looked at by itself."""

from __future__ import annotations

from typing import NamedTuple


class Order(NamedTuple):
    """An order; quantity above 0 buys, below 0 sells."""

    owner: int
    limit: int
    quantity: int


def best_price(orders: list[Order], last: int) -> tuple[int, int]:
    """The price, and the volume at it."""

    def traded(price: int) -> tuple[int, int]:
        demand = sum(order.quantity for order in orders if order.quantity > 0 and order.limit >= price)
        supply = -sum(order.quantity for order in orders if order.quantity < 0 and order.limit <= price)
        return min(demand, supply), demand - supply

    def rank(price: int) -> tuple[int, int, int]:
        volume, surplus = traded(price)
        return -volume, abs(surplus), abs(price - last)

    limits = [order.limit for order in orders]
    prices = range(min(limits), max(limits) + 1)
    best = min(rank(price) for price in prices)
    tied = [price for price in prices if rank(price) == best]
    pulled_up = all(traded(price)[1] > 0 for price in tied)
    return (max(tied) if pulled_up else min(tied), -best[0]) if best[0] else (last, 0)


def fills(orders: list[Order], volume: int, *, buys: bool) -> dict[int, int]:
    """What each owner on a side gets of the volume, without sign."""
    side = [order for order in orders if (order.quantity > 0) is buys and order.quantity]
    found, left = {order.owner: 0 for order in side}, volume
    for limit in sorted({order.limit for order in side}, reverse=buys):
        level = sorted(order for order in side if order.limit == limit)
        offered = sum(abs(order.quantity) for order in level)
        given, before, taken = min(left, offered), 0, 0
        for order in level:
            before += abs(order.quantity)
            found[order.owner] = before * given // offered - taken
            taken += found[order.owner]
        left -= given
    return found

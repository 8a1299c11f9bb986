"""Valid inputs of kernels of auction.c, book.c and crowd.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of

from freeagentics.arrays import I64
from freeagentics.market.auction.mechanism import LOOKS_REAL


@inputs_of("auction_clear", sizing=(0, 4))
def _auction_clear(draws: Draws) -> list[Argument]:
    orders, assets = draws.one(1, 60), draws.one(1, 4)
    who: list[Argument] = [draws.whole(0, assets, orders).astype(np.int32), draws.whole(0, 20, orders).astype(np.int32)]
    sizes = draws.whole(-(10**12), 10**12, orders)
    sizes[draws.whole(0, 10, orders) == 0] *= 1000
    told: list[Argument] = [draws.whole(95, 106, orders) * 10**8, sizes, draws.whole(95, 106, assets) * 10**8]
    return [*who, *told, *(np.zeros(count, dtype=np.int64) for count in (assets, assets, orders, orders, 2 * orders))]


@inputs_of("auction_tell", sizing=(0, 3))
def _auction_tell(draws: Draws) -> list[Argument]:
    orders, assets = draws.one(1, 60), draws.one(1, 4)
    traded: list[Argument] = [draws.whole(95, 106, orders) * 10**8, draws.whole(-3, 4, orders) * 10**11]
    return [
        draws.whole(0, assets, orders).astype(np.int32),
        *traded,
        draws.whole(95, 106, assets),
        draws.whole(1, 3, assets),
        _whole(assets, 5),
    ]


@inputs_of("book_process", sizing=(0,))
def _book_process(draws: Draws) -> list[Argument]:
    messages, capacity = draws.one(1, 120), 40
    whose: list[Argument] = [
        draws.whole(0, 8, messages).astype(np.uint8),
        draws.whole(0, capacity, messages).astype(np.int32),
        draws.whole(0, 6, messages).astype(np.int32),
    ]
    terms: list[Argument] = [draws.whole(55, 75, messages), draws.whole(-9, 10, messages), draws.whole(0, 4, messages)]
    levels = _whole(128, 3)
    levels[:, :2] = -1
    empty: list[Argument] = [_whole(capacity, 6), levels, _whole(2), np.array([-1, 128, 0, 0, 0], dtype=np.int64)]
    return [*whose, *terms, *empty, np.zeros(messages, dtype=np.uint8), _whole(messages), _whole(2 * messages, 5)]


@inputs_of("crowd_post", sizing=(5, 8))
def _crowd_post(draws: Draws) -> list[Argument]:
    assets, traders, noise, makers, ring = (draws.one(1, most) for most in (4, 20, 20, 5, 50))
    members, orders = traders + noise + makers, traders + noise + 2 * makers
    variates: list[Argument] = [draws.real(0, 3, assets, traders, 5), draws.real(0, 3, assets, noise, 4)]
    traits: list[Argument] = [draws.real(-0.1, 0.1, assets, traders, 2), draws.whole(0, 4, assets, traders).astype(np.int32)]
    units: list[Argument] = [draws.real(4, 5, assets), draws.real(1e6, 1e8, assets), draws.real(1e7, 1e9, assets)]
    past: list[Argument] = [draws.real(4, 5, ring, assets), draws.real(0.1, 3, assets, 11)]
    purses: list[Argument] = [draws.whole(0, 10**9, assets, members), draws.whole(0, 10**9, assets, members), draws.whole(1, 10**9, assets)]
    standing: list[Argument] = [
        draws.whole(1, 10**11, assets, orders),
        draws.whole(-(10**9), 10**9, assets, orders),
        draws.whole(0, 60, assets, orders),
    ]
    look_backs = draws.whole(0, ring, 4)
    counts = [traders, noise, makers, draws.one(0, 60)]
    return [_rules(), *variates, *traits, *units, *past, *purses, *standing, _whole(assets, orders), look_backs, *counts]


@inputs_of("crowd_settle", sizing=(3, 9))
def _crowd_settle(draws: Draws) -> list[Argument]:
    assets, members, makers, ring = (draws.one(1, most) for most in (4, 40, 5, 50))
    makers = min(makers, members)
    shape = (assets, members + makers)
    auction: list[Argument] = [draws.whole(-(10**9), 10**9, *shape), draws.whole(0, 10**9, *shape)]
    auction += [draws.whole(10**9, 10**11, assets), draws.whole(0, 10**12, assets)]
    usual: list[Argument] = [draws.real(1e7, 1e9, assets), draws.real(1e10, 1e12, assets)]
    usual += [draws.whole(1, 10**9, assets), draws.whole(1, 10**9, assets)]
    left: list[Argument] = [draws.real(4, 5, ring, assets), draws.real(0.1, 3, assets, 11)]
    left += [draws.whole(0, 10**9, assets, members), draws.whole(0, 10**9, assets, members), draws.whole(-(10**9), 10**9, *shape)]
    left += [draws.whole(0, 10**9, assets), draws.whole(0, 10**9, assets)]
    return [_rules(), *auction, *usual, *left, draws.one(0, 600), members, makers, draws.one(0, 60)]


def _rules() -> Argument:
    return LOOKS_REAL.rules(0.002)


def _whole(*shape: int) -> I64:
    return np.zeros(shape, dtype=np.int64)

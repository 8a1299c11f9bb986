"""Valid inputs of the kernel of auction.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of


@inputs_of("auction_clear", sizing=(0, 4))
def _auction_clear(draws: Draws) -> list[Argument]:
    orders, assets = draws.one(1, 60), draws.one(1, 4)
    who: list[Argument] = [draws.whole(0, assets, orders).astype(np.int32), draws.whole(0, 20, orders).astype(np.int32)]
    sizes = draws.whole(-(10**12), 10**12, orders)
    sizes[draws.whole(0, 10, orders) == 0] *= 1000
    told: list[Argument] = [draws.whole(95, 106, orders) * 10**8, sizes, draws.whole(95, 106, assets) * 10**8]
    return [*who, *told, *(np.zeros(count, dtype=np.int64) for count in (assets, assets, orders, orders, 2 * orders))]

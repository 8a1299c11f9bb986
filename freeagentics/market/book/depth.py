"""Depth: what stands on the books at the end of a bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64
from freeagentics.market.book.order_book import OrderBook
from freeagentics.market.book.scale import Scale
from freeagentics.market.units import Units

DEPTH = ("spread", "bid_depth", "ask_depth")
"""Columns of a bar: USD between the best prices, NaN where a side is empty, and quantities that stand near the middle, or near the last
price where there is no middle."""

NEAR = 100
"""One part in so many of the price is near."""


def depth_row(books: Sequence[OrderBook], last: I64, scale: Scale, units: Units) -> dict[str, NDArray[Any]]:
    """Columns of `DEPTH`, each (A,), of books whose last prices are *last* (A,), in units."""
    found = [_near(book, price // tick) for book, price, tick in zip(books, last.tolist(), scale.tick.tolist(), strict=True)]
    spread, bids, asks = np.array(found).T
    return dict(zip(DEPTH, (spread * scale.tick / units.price, *(side * scale.lot / units.quantity for side in (bids, asks))), strict=True))


def _near(book: OrderBook, last: int) -> tuple[float, int, int]:
    """Spread in ticks, and lots of bids and asks near the middle."""
    bid, ask = book.best_bid, book.best_ask
    middle = last if bid is None or ask is None else (bid + ask) // 2
    near = np.abs(book.prices - middle) * NEAR <= middle
    left = np.zeros(2, dtype=np.int64)
    np.add.at(left, (book.left[near] < 0).astype(np.int64), np.abs(book.left[near]))
    return float("nan") if bid is None or ask is None else ask - bid, int(left[0]), int(left[1])

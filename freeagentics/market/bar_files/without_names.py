"""Tables without a line of names: what their columns are, told by how many there are and how their numbers lie."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from freeagentics.arrays import F64

ARCHIVE = (
    *("open_time", "open", "high", "low", "close", "volume", "close_time"),
    *("quote_volume", "trades", "taker_buy_volume", "taker_buy_quote_volume", "ignore"),
)
"""Columns of the archives of candles that exchanges give away."""

_ORDERS = (("open", "high", "low", "close"), ("low", "high", "open", "close"), ("open", "close", "high", "low"))
"""Orders of prices that are in use; of several that fit the first is taken."""

_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def guessed_names(frame: pl.DataFrame, prices: F64) -> tuple[str, ...] | None:
    """Names of all columns, or None where they cannot be told.

    Args:
        frame: the rows, as text.
        prices: the same as numbers, (n, columns), NaN where a cell is none.
    """
    if frame.width == len(ARCHIVE):
        return ARCHIVE
    times = ("date", "time") if _CLOCK.match(str(frame.row(0)[1])) else ("timestamp",)
    rest = frame.width - len(times)
    if not 4 <= rest <= 6:
        return None
    order = _order(prices[:, len(times) : len(times) + 4])
    if order is None or (rest == 6 and not _whole(prices[:, -1])):
        return None
    return (*times, *order, *("volume", "trades")[: rest - 4])


def _order(prices: F64) -> tuple[str, ...] | None:
    """The order in which the high is never below, and the low never above, what else a row has."""
    known = prices[~np.isnan(prices).any(axis=1)]
    for order in _ORDERS:
        high, low = known[:, order.index("high")], known[:, order.index("low")]
        if len(known) and (high >= known.max(axis=1)).all() and (low <= known.min(axis=1)).all():
            return order
    return None


def _whole(values: F64) -> bool:
    return bool((values == np.rint(values)).all())

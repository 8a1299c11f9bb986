"""Contexts of a market: its trend, its volatility, and the hours, in words; as patterns name them."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.clock import HOUR_MS

TREND, VOLATILITY = "price.return_24", "price.volatility_ratio"
"""Columns of an observation that trend and volatility are read off."""

CONTEXTS = {
    "trend": ("rising", "falling"),
    "volatility": ("high", "low"),
    "trading_hours": ("asian", "european", "american"),
}
"""Values of each context."""


def market_contexts(columns: Collection[str], column: Callable[[str], AnyArray], timestamps: AnyArray) -> dict[str, AnyArray]:
    """Texts (N,) of each context.

    Args:
        columns: that are there; a context whose column is missing is missing.
        column: numbers (N,) of a column by its name.
        timestamps: ms since 1970, (N,), of the closes.
    """
    found = {}
    if TREND in columns:
        found["trend"] = np.where(column(TREND) > 0, *CONTEXTS["trend"])
    if VOLATILITY in columns:
        found["volatility"] = np.where(column(VOLATILITY) > 1, *CONTEXTS["volatility"])
    hour, (asian, european, american) = timestamps // HOUR_MS % 24, CONTEXTS["trading_hours"]
    return found | {"trading_hours": np.select([hour < 8, hour < 14], [asian, european], american)}

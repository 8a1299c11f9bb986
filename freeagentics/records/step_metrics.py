"""Figures: the model in ten numbers a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import AnyArray

STEP_METRICS = np.dtype(
    [
        ("timestamp", "<i8"),
        ("price", "<f8"),
        ("basket", "<f8"),
        ("equity", "<f8"),
        ("exposure", "<f8"),
        ("drawdown", "<f8"),
        ("signals", "<i4"),
        ("orders", "<i4"),
        ("fills", "<i4"),
        ("traded", "<f8"),
        ("costs", "<f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """The model at the end of a step.

    Attributes:
        timestamp: market time, ms.
        price: close of the first asset, USD.
        basket: what one USD is worth that was spread over all assets at
            the first close and held.
        equity, exposure, drawdown: means over desks; equity in USD, the others as shares.
        signals, orders, fills: how many there were in this step.
        traded: value of the fills, USD.
        costs: fees and data paid so far, mean over desks, USD.
    """

    timestamp: int
    price: float
    basket: float
    equity: float
    exposure: float
    drawdown: float
    signals: int
    orders: int
    fills: int
    traded: float
    costs: float

    def record(self) -> AnyArray:
        """Encode as a record for the journal, (1,)."""
        return np.array([tuple(getattr(self, name) for name in self.__slots__)], dtype=STEP_METRICS)

"""Derivatives: what holding a leveraged long costs."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32
from freeagentics.clock import DAY_MS
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source, missing_daily, spread, stack

USUAL_RATE = 0.0001
"""The rate, per 8 hours, that Binance's perpetuals tend to: 0.01 %."""


class DerivativesSource(Source):
    """Funding of the perpetual swap, a day late, the same for every asset.

    Columns: ``funding``, the rate in multiples of 0.01 %, within 10; ``funding_change``, against a week before; ``crowding`` (the
    direction: crowded longs are believed to come before a fall), -tanh(funding / 3).
    """

    name = "derivatives"
    columns = ("derivatives.funding", "derivatives.funding_change", "derivatives.crowding")
    direction = "derivatives.crowding"
    default_cost_cents = 25

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """The daily funding_rate, where it is not there."""
        return missing_daily(daily, "funding_rate")

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """Float32 (T, A, 3)."""
        assert daily is not None
        now, before = (np.clip(daily.known("funding_rate", bars.timestamps - days * DAY_MS) / USUAL_RATE, -10, 10) for days in (0, 7))
        return stack([spread(values, bars) for values in (now, now - before, -kernels.tanh(now / 3))])

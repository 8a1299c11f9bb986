"""Mood: daily figures that follow what prices did."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64, I64
from freeagentics.market.daily import Daily
from freeagentics.market.synthetic.noise import persistent

BARS_PER_DAY = 24

_HALF_LIFE_DAYS = 4


def daily_sentiment(seed: int, timestamps: I64, returns: F64) -> Daily:
    """fear_greed (0 to 100) and funding_rate of every whole day, from hourly log *returns* (T, A) that begin at a day's start.

    Both follow the assets' mean return of the last days, with noise of their own, and tell nothing of the days to come.
    """
    days = len(returns) // BARS_PER_DAY
    by_day = kernels.total(kernels.mean(returns[: days * BARS_PER_DAY]).reshape(days, BARS_PER_DAY))
    drive = kernels.tanh(kernels.ewma(by_day[:, None], _HALF_LIFE_DAYS) / 0.015)
    fear_noise, funding_noise = (persistent(seed, name, (days, 1), 3) for name in ("fear-greed", "funding"))
    fear_greed = np.clip(np.rint(50 + 30 * drive + 10 * fear_noise), 0, 100)
    funding = 1e-4 * (1 + 2 * drive + 0.8 * funding_noise)
    return Daily(timestamps[: days * BARS_PER_DAY : BARS_PER_DAY], {"fear_greed": fear_greed[:, 0], "funding_rate": funding[:, 0]})

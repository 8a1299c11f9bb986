"""Forecasts: returns over the horizon, in standard deviations."""

from __future__ import annotations

import numpy as np

LARGEST_FORECAST = np.float32(2)
"""Forecasts are clipped to this many standard deviations."""

"""Draws for the crowd: variates of a bar, which depend on seed and bar alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.auction.variates import pareto
from freeagentics.randomness import generator, normal

SHORTEST_LIFE, LONGEST_LIFE = 2, 40
"""Auctions that a trader's order lives."""

FORECAST_NOISE, LIMIT_NOISE = 1.0, 1.0
"""Size of the noise in forecasts, and of that in limits, in felt moves."""

TRADER_TAIL, LARGEST_TRADE = 1.5, 40.0
NOISE_TAIL, LARGEST_NOISE = 1.2, 35.0
"""Tail of sizes, and the largest, in usual sizes."""

HURRY_TAIL, LARGEST_HURRY = 1.2, 20.0
PATIENCE = 1.6
"""Tail of how far beyond the last price noise traders go, and felt moves that the least hurried one stays behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Variates of a bar of k auctions of A assets.

    Attributes:
        traders: float64 (k, A, N, 5): chance to act, noise of the forecast, noise of the limit, size, life.
        noise: float64 (k, A, N, 4): chance to act, side (below a half sold), size, felt moves beyond the last price.
    """

    traders: F64
    noise: F64

    @classmethod
    def of(cls, settings: AuctionSettings, seed: int, bar: int) -> Draws:
        """Those of a bar, always the same."""
        crowd, assets = settings.crowd, len(settings.symbols)
        trades, noise = (generator(seed, f"market/auction/{kind}", step=bar) for kind in ("traders", "noise"))
        shape = (settings.rounds, assets, crowd.traders)
        traders = [
            trades.random(shape),
            FORECAST_NOISE * normal(trades, shape),
            LIMIT_NOISE * normal(trades, shape),
            pareto(trades, TRADER_TAIL, LARGEST_TRADE, shape),
            trades.integers(SHORTEST_LIFE, LONGEST_LIFE + 1, shape),
        ]
        shape = (settings.rounds, assets, crowd.noise_traders)
        others = [
            noise.random(shape),
            noise.random(shape),
            pareto(noise, NOISE_TAIL, LARGEST_NOISE, shape),
            pareto(noise, HURRY_TAIL, LARGEST_HURRY, shape) - PATIENCE,
        ]
        return cls(np.stack(traders, axis=-1), np.stack(others, axis=-1))

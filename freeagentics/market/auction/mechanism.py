"""The mechanism by which the crowd trades: the numbers that make a market look real, and what carries which fact (docs/markets.md)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from freeagentics.arrays import F64, readonly

LOOK_BACKS = (4, 24, 120, 600)
"""Auctions that a trader's trend goes back; each trader has one of them."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Numbers that `crowd_post` and `crowd_settle` go by; from `reach` on in the order of their rules.

    Attributes:
        order: usual size of an order, over what is usually traded in a bar.
        usual_volume: volume that is felt to be usual, over that of an auction in which as much is traded as in all on average.
        move: move that is felt to be usual, over the deviation of an auction's return: most moves are small.
        reach: unit of forecasts and limits, over that.
        feedback: power by which the distance of limits follows felt volatility; below 1, or it would run away.
        nearest, farthest: bounds of that distance, over the usual one.
        trend_share: share of trends in felt volatility: a market that went one way is felt to be wild, however smoothly it went.
        busier: power by which the chance to act follows felt volatility times volume.
        stillest, busiest: bounds of that chance, over the usual one.
        swell: power by which sizes follow felt volume.
        smallest, largest: bounds of sizes, over the usual ones.
        trader_rate: chance that a trader orders in a usual auction.
        trader_size: of an order whose forecast is a felt move, in usual sizes.
        largest_forecast: in felt moves; orders grow with forecasts up to it.
        noise_rate, noise_size: the same of noise traders.
        half_spread: of a maker of width 1, in felt moves.
        narrowest, widest: widths of makers.
        lean: share of the last moves that makers expect to come back.
        quote_size: of a maker, times one and its width, in usual sizes.
        withdrawal: how quotes shrink as felt volatility passes the usual one.
        shade: half-spreads that a maker moves its quotes by when its inventory is full or empty.
        scales: half-lives of weighted means of sizes and volumes, in auctions.
        trend_scales: of the two trends.
        lean_scale: of what makers lean against.
        weights: of the scales (heterogeneous autoregression; Corsi, 2009, doi:10.1093/jjfinec/nbp001).
    """

    order: float = 0.0138
    usual_volume: float = 0.88
    move: float = 1.75
    reach: float = 1.5
    feedback: float = 0.73
    nearest: float = 0.15
    farthest: float = 12.0
    trend_share: float = 0.3
    busier: float = 0.35
    stillest: float = 0.1
    busiest: float = 6.0
    swell: float = 0.5
    smallest: float = 0.1
    largest: float = 10.0
    trader_rate: float = 0.03
    trader_size: float = 1.0
    largest_forecast: float = 4.0
    noise_rate: float = 0.06
    noise_size: float = 1.0
    half_spread: float = 0.6
    narrowest: float = 0.4
    widest: float = 6.0
    lean: float = 0.4
    quote_size: float = 1.0
    withdrawal: float = 0.7
    shade: float = 0.3
    scales: tuple[float, float, float, float] = (3.0, 20.0, 120.0, 700.0)
    trend_scales: tuple[float, float] = (30.0, 150.0)
    lean_scale: float = 3.0
    weights: tuple[float, float, float, float] = (0.4, 0.25, 0.2, 0.15)

    def rules(self, deviation: float) -> F64:
        """Numbers for the kernels, where an auction's return has this *deviation*."""
        given = [self.move * deviation, *(getattr(self, field.name) for field in fields(self)[3:])]
        return readonly(np.hstack([np.array(value, dtype=np.float64) for value in given]))


LOOKS_REAL = Mechanism()
"""Mechanism whose figures lie within those of real bars."""

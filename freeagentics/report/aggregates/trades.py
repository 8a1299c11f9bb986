"""Fills over time, by asset."""

from __future__ import annotations

import numpy as np

from freeagentics.market import CENTS
from freeagentics.report.aggregates.buckets import Buckets
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData

MOST_MARKS = 100
"""Marks along a chart: with more of them they hide the price."""


class Trades:
    """Fills, summed in buckets of time; B buckets, A assets.

    Attributes:
        bought: notional, USD, (B, A).
        sold: notional, USD, (B, A).
        buys: number of fills, (A,).
        sells: number of fills, (A,).
    """

    def __init__(self, context: RunContext) -> None:
        self.buckets = Buckets(context.steps, MOST_MARKS)
        shape = (self.buckets.count, len(context.symbols))
        self.bought, self.sold = np.zeros(shape), np.zeros(shape)
        self.buys, self.sells = (np.zeros(shape[1], dtype=np.int64) for _ in range(2))

    def update(self, data: StepData) -> None:
        """Take in one step."""
        if data.fills is None:
            return
        bucket, assets = self.buckets.of(data.step), len(self.buys)
        asset, value, buying = data.fills["asset"], data.fills["notional"] / CENTS, data.fills["quantity"] > 0
        for mine, total, count in ((buying, self.bought, self.buys), (~buying, self.sold, self.sells)):
            total[bucket] += np.bincount(asset[mine], weights=value[mine], minlength=assets)
            count += np.bincount(asset[mine], minlength=assets)

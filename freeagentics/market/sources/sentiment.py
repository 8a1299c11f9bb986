"""The sentiment source: fear and greed of the crowd."""

from __future__ import annotations

from freeagentics.arrays import F32
from freeagentics.clock import DAY_MS
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source, missing_daily, spread, stack


class SentimentSource(Source):
    """The fear-and-greed index (0 fear, 100 greed), a day late, the same for every asset.

    Columns: ``level``, (index - 50) / 50; ``change``, against a week before, / 50; ``contrarian`` (the direction: greed is believed to come
    before a fall), -level.
    """

    name = "sentiment"
    columns = ("sentiment.level", "sentiment.change", "sentiment.contrarian")
    direction = "sentiment.contrarian"
    default_cost_cents = 10

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """The daily fear_greed, where it is not there."""
        return missing_daily(daily, "fear_greed")

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """Float32 (T, A, 3)."""
        assert daily is not None
        now, before = ((daily.known("fear_greed", bars.timestamps - days * DAY_MS) - 50) / 50 for days in (0, 7))
        return stack([spread(values, bars) for values in (now, now - before, -now)])

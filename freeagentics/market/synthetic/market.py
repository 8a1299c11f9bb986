"""A synthetic market: bars made from a seed, then replayed like any others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadInput
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.events import Calendar
from freeagentics.market.replay import ReplayMarket
from freeagentics.market.source import Source
from freeagentics.market.synthetic.drift import aftershock, plant
from freeagentics.market.synthetic.flow import order_flow, whale_counts
from freeagentics.market.synthetic.ground_truth import GroundTruth, Returns
from freeagentics.market.synthetic.paths import SUBSTEPS, log_paths, volatility_path
from freeagentics.market.synthetic.regime_return import stays
from freeagentics.market.synthetic.regimes import regime_path, volatility_level
from freeagentics.market.synthetic.sentiment import daily_sentiment
from freeagentics.market.synthetic.settings import SyntheticSettings
from freeagentics.market.terms import Terms
from freeagentics.market.units import Units

FIRST_OPEN = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp()) * 1000


def synthesize(settings: SyntheticSettings, seed: int, bars: int) -> tuple[Bars, Daily, GroundTruth]:
    """Hourly bars from 2022-01-01 on, the daily figures that go with them, and the truth about them.

    The same settings and seed always give the same, and more *bars* never change earlier ones. The path has clustered volatility, four
    regimes and heavy tails; prices are a martingale but for what the settings plant.

    Raises:
        BadInput: fewer than one bar.
    """
    if bars < 1:
        raise BadInput(f"a synthetic market of {bars} bars: at least one is needed")
    assets = len(settings.symbols)
    regime = regime_path(seed, bars)
    volatility = volatility_path(seed, volatility_level(regime), assets) * aftershock(settings.planted, bars)
    within = log_paths(seed, volatility)
    whales = whale_counts(seed, (bars, assets))
    stay = stays(seed, settings.planted, bars)
    drift, pumps, echoes = plant(seed, settings.planted, regime, within[:, -1], volatility, whales, stay.drift)
    returns = within[:, -1] + drift
    flow = order_flow(seed, returns, volatility, whales, stay.volume)
    timestamps = FIRST_OPEN + HOUR_MS * np.arange(bars, dtype=np.int64)
    result = Bars(
        symbols=settings.symbols,
        timestamps=timestamps,
        interval_ms=HOUR_MS,
        **_prices(settings.price, within, drift),
        volume=flow.pop("volume"),
        extras={**flow, "whale_count": whales},
    )
    returned = Returns(stay.bar, stay.regime, stay.drift[stay.bar], stay.bars)
    return result, daily_sentiment(seed, timestamps, returns), GroundTruth(regime, volatility, drift, pumps, echoes, returned)


def _prices(first: float, within: F64, drift: F64) -> dict[str, F64]:
    """Open, high, low and close, each (T, A), of paths (T, 4, A) with a drift (T, A); a bar opens where the one before closed."""
    log_close = kernels.log(first) + np.cumsum(within[:, -1] + drift, axis=0)
    log_open = np.concatenate([np.full_like(log_close[:1], kernels.log(first)), log_close[:-1]])
    share = np.arange(1, SUBSTEPS)[:, None] / SUBSTEPS
    inside = kernels.exp(log_open[:, None] + within[:, :-1] + share * drift[:, None])
    opens, close = kernels.exp(log_open), kernels.exp(log_close)
    high = np.maximum(np.maximum(opens, close), inside.max(axis=1))
    low = np.minimum(np.minimum(opens, close), inside.min(axis=1))
    return {"open": opens, "high": high, "low": low, "close": close}


class SyntheticMarket(ReplayMarket):
    """A replay of bars that `synthesize` makes.

    Attributes:
        truth: what was planted where; agents must not see it.
    """

    def __init__(
        self,
        settings: SyntheticSettings,
        *,
        seed: int,
        bars: int,
        desks: int,
        cash_cents: int,
        sources: Sequence[Source],
        start: int = 0,
        terms: Terms | None = None,
        events: Calendar | None = None,
    ) -> None:
        """Make *bars* bars; the other arguments are those of `ReplayMarket`."""
        made, daily, self.truth = synthesize(settings, seed, bars)
        # Of the first bar: a run that is resumed with more bars must not count in other units.
        units = Units.fitting(made.head(1), cash_cents)
        super().__init__(
            made, desks=desks, cash_cents=cash_cents, sources=sources, daily=daily, start=start, terms=terms, units=units, events=events
        )

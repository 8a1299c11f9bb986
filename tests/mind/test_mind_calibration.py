"""What the grid filter predicts holds: as often as it says, on bars its constants were fitted to and on bars they were not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import stats

from freeagentics.arrays import F64
from freeagentics.mind import GridBelief, MarketGrid
from freeagentics.mind.grid import DOF, USUAL_PERSISTENCE
from freeagentics.scenario import load_scenario
from freeagentics.scenario.market_setup import open_market

HORIZON = 8
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
SCENARIOS = {"btc-replay": 2000, "btc-15m": 2000, "ten-pairs": 500, "whale-pump": 1500, "null-market": 1500}
"""Bars of each: bitcoin by the hour, to which the constants were fitted; others; markets made otherwise than agents believe."""


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """What was foreseen, and what came: ranks of bars in their predictive distributions (bars, assets), and whether the return over
    each of the horizons, one after the other, was a loss beyond value-at-risk at 5 and at 25 %, (horizons, assets)."""

    ranks: F64
    beyond: dict[float, F64]
    tail: F64
    shortfall: F64


@cache
def foreseen(scenario: str) -> Foreseen:
    market = open_market(load_scenario(scenario))
    grid = MarketGrid(HORIZON)
    belief = GridBelief(grid, np.array([USUAL_PERSISTENCE], np.float32), len(market.symbols))
    location, sigma = np.outer(grid.drift, grid.sigma), grid.sigma.astype(np.float64)
    ranks: list[F64] = []
    tail: list[float] = []
    shortfall: list[float] = []
    beyond: dict[float, list[F64]] = {0.05: [], 0.25: []}
    pending = np.zeros(len(market.symbols))
    at_risk: dict[float, F64] = {}
    foretold = np.zeros(len(market.symbols))
    for step in range(1, min(SCENARIOS[scenario], market.remaining) + 1):
        observation = market.advance()
        zscore = observation.column("price.zscore")
        moved = belief.cells()[0].astype(np.float64) @ grid.transition
        moved = USUAL_PERSISTENCE * moved + (1 - USUAL_PERSISTENCE) * grid.drift_prior[:, None] * moved.sum(axis=1, keepdims=True)
        below = stats.t.cdf((zscore[:, None, None] - location) / sigma, DOF)
        ranks.append((moved * below).sum(axis=(1, 2)) / moved.sum(axis=(1, 2)))
        pending += observation.column("price.return_1").astype(np.float64)
        belief.advance(zscore)
        if step % HORIZON == 0:
            if at_risk:
                for level, loss in at_risk.items():
                    beyond[level].append((-pending > loss).astype(np.float64))
                over = -pending > at_risk[0.05]
                tail.extend(-pending[over])
                shortfall.extend(foretold[over])
            usual = observation.column("price.volatility") * np.sqrt(HORIZON)
            at_risk = {level: belief.tail_risk(level)[0][0] * usual for level in beyond}
            foretold = belief.tail_risk(0.05)[1][0] * usual
            pending = np.zeros_like(pending)
    return Foreseen(np.array(ranks), {level: np.array(hits) for level, hits in beyond.items()}, np.array(tail), np.array(shortfall))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_next_bar_lies_below_each_predicted_quantile_as_often_as_it_should(scenario: str) -> None:
    ranks = foreseen(scenario).ranks
    for level in LEVELS:
        assert (ranks < level).mean() == pytest.approx(level, abs=0.01 + 0.17 * level * (1 - level)), level


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_losses_over_the_horizon_exceed_value_at_risk_as_often_as_it_says(scenario: str) -> None:
    for level, hits in foreseen(scenario).beyond.items():
        # Assets move together, so that their horizons count as those of one asset.
        noise = np.sqrt(level * (1 - level) / len(hits))
        assert hits.mean() == pytest.approx(level, abs=0.01 + 2.6 * noise), level


def test_on_real_bars_the_losses_beyond_value_at_risk_are_on_average_the_expected_shortfall() -> None:
    every = [foreseen(scenario) for scenario in ("btc-replay", "btc-15m", "ten-pairs")]
    ratio = np.concatenate([one.tail for one in every]).mean() / np.concatenate([one.shortfall for one in every]).mean()
    assert ratio == pytest.approx(1, abs=0.2)

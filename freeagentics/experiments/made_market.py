"""Truth of a made market against what desks made of it: gains from noise, and what a perfect trader of what is planted earns."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, AnyArray
from freeagentics.market import synthesize
from freeagentics.scenario.scenario import Scenario


class MadeMarket:
    """Gains of each desk of a synthetic market from noise, and of one who knows what is planted.

    A bar's simple return is exp(drift) - 1 of what is planted, but for noise whose mean is zero whatever came before, and desks hold what
    they ordered before it. So what noise brings is a martingale: taking it off a desk's return leaves the mean over seeds as it is, and
    most of the variance goes (a control variate; Glasserman, 2003, section 4.1, doi:10.1007/978-0-387-21617-1).

    Args:
        scenario: of the run; its market is synthetic.
        price_units: units of an asset's price in a USD, (A,).

    Attributes:
        noise: USD that each desk gained so far by moves that nothing planted explains, (D,).
    """

    def __init__(self, scenario: Scenario, price_units: AnyArray) -> None:
        made = scenario.market
        self._warmup, self._horizon, self._fee = made.warmup, scenario.memory.horizon, made.fee_bps / 10_000
        self._truth = synthesize(made.synthetic, scenario.seed, made.warmup + scenario.steps)[2]
        self._price_units = price_units
        self._held = np.zeros((scenario.agents.desks, len(price_units)), dtype=np.int64)
        self._closes: list[F64] = []
        self.noise = np.zeros(scenario.agents.desks)

    def update(self, closes: AnyArray, fills: AnyArray | None) -> None:
        """Take in the closing prices of the next step, USD (A,), and the fills at its open, whose quantities are in units."""
        if fills is not None:
            np.add.at(self._held, (fills["desk"], fills["asset"]), fills["quantity"])
        if self._closes:
            foreseen = self._closes[-1] * np.exp(self._truth.drift[self._warmup + len(self._closes)])
            # Quantities and prices in units multiply to 1e16 for a USD, whatever the asset.
            self.noise += self._held @ ((closes - foreseen) * self._price_units) / 1e16
        self._closes.append(closes)

    def perfect_return(self) -> float:
        """Return, after fees, of who is all in for a horizon after each bar at which a pump's conditions held, whether it came or not, or
        at which a motif or the opening of a regime ended that foretells a rise, and in cash otherwise; spread evenly over such assets. NaN
        where none is planted."""
        truth, closes = self._truth, np.array(self._closes)
        rising, opened = truth.echoes.rise > 0, truth.returns.bar[truth.returns.drift > 0] - 1
        bars = np.concatenate([truth.pumps.bar, truth.echoes.bar[rising], np.repeat(opened, closes.shape[1])])
        assets = np.concatenate([truth.pumps.asset, truth.echoes.asset[rising], np.tile(np.arange(closes.shape[1]), len(opened))])
        if not len(bars):
            return float("nan")
        held = np.zeros(closes.shape)
        for bar, asset in zip((bars - self._warmup).tolist(), assets.tolist(), strict=True):
            held[max(bar, 0) : max(bar + self._horizon, 0), asset] = 1
        weight = held[:-1] / np.maximum(held[:-1].sum(axis=1, keepdims=True), 1)
        traded = np.abs(np.diff(weight, axis=0, prepend=0, append=0)).sum(axis=1)
        gained = 1 + (weight * (closes[1:] / closes[:-1] - 1)).sum(axis=1)
        return float(np.prod(gained) * np.prod(1 - self._fee * traded) - 1)

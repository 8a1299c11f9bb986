"""Sizing: how much of a target to hold, given what the regime is likely to be."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.generative import forecasts
from freeagentics.arrays import F32, I64
from freeagentics.mind import REGIMES, GenerativeModel, MarketGrid, evaluate_policies, infer_states

SIZES = np.array([0, 0.25, 0.5, 0.75, 1], dtype=np.float32)
PREMIUM = 0.2
"""Return over the horizon, in standard deviations, that whoever set the target is taken to know of beyond the regime."""
RISK_AVERSION = 0.12
"""Weight of half the variance against the mean, both over the horizon: a calm market lets one hold it all, a turbulent one a
little."""


PRECISION = 40.0
"""How surely the best share is preferred: shares next to each other differ by a few hundredths in utility."""


class SizingPolicy:
    """Hidden: the regime, and the share of the target that is held. Seen: the advisers' forecast, as evidence; and whether one is content.

    Contentment is binary, its log-odds preferred by as much as the mean-variance utility of that share in that regime, as the market grid
    has it (Markowitz, 1952): the expected preference of a policy then is its expected utility.
    """

    def __init__(self, grid: MarketGrid) -> None:
        regimes, sizes = len(REGIMES), len(SIZES)
        mean, variance = grid.regime_returns.T
        utility = (mean[:, None] + PREMIUM) * SIZES - 0.5 * RISK_AVERSION * variance[:, None] * np.square(SIZES)
        content = 0.5 + 0.5 * np.clip(utility, -1, 1)
        transitions = np.zeros((regimes, sizes, regimes, sizes, sizes))
        for size in range(sizes):
            transitions[:, size, :, :, size] = grid.regime_transition.T[:, :, None]
        forecast = np.repeat(forecasts.BY_REGIME[:, :, None], sizes, axis=2)
        states = regimes * sizes
        self._model = GenerativeModel(
            A=[forecast.reshape(3, states), np.stack([1 - content, content]).reshape(2, states)],
            B=transitions.reshape(states, states, sizes),
            C=[np.zeros(3), np.array([-1.0, 1.0])],
            D=np.full(states, 1 / states),
        )

    def share(self, regimes: F32, forecast: I64) -> F32:
        """Mean share of the target under the policy posterior, (n,) in 0..1, given belief in regimes (n, 4) and advice (n,) by category."""
        rows = len(regimes)
        prior = np.repeat(regimes[:, :, None], len(SIZES), axis=2).reshape(rows, -1)
        seen = np.full((rows, 2), -1)
        seen[:, 0] = forecast
        chosen, _ = evaluate_policies(self._model, infer_states(self._model, seen, prior), gamma=PRECISION)
        # einsum keeps the order of summation whatever the number of rows.
        return np.einsum("np,p->n", chosen, SIZES)

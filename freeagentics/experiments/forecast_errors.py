"""Errors of forecasts, by role, as outcomes fall due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import F64, AnyArray

FORECASTERS = tuple(name for name, role in ROLES.items() if issubclass(role, Forecaster))
"""Roles whose decisions' value is a forecast of the return over the horizon, in standard deviations."""

FORECAST_MEASURES = ("squared_error", "slope", "coverage")

_INTERVAL = 1.959964
"""Half of the interval, in standard deviations, that a normal result is in 95 times of 100."""


class ForecastErrors:
    """Sums over all forecasts of a role whose outcomes are known.

    Args:
        horizon: steps from a forecast to its outcome.
        roles: of all agents, (N,).
    """

    def __init__(self, horizon: int, roles: Sequence[str]) -> None:
        self._horizon = horizon
        self._forecast = np.full((horizon + 1, len(roles)), np.nan)
        named = np.array(roles)
        self._members = {role: named == role for role in FORECASTERS if (named == role).any()}
        self._sums: dict[str, F64] = {role: np.zeros(7) for role in self._members}

    def decided(self, step: int, decisions: AnyArray) -> None:
        """Note what was forecast in a step."""
        self._forecast[step % len(self._forecast)] = np.nan
        self._forecast[step % len(self._forecast), decisions["agent"]] = decisions["value"]

    def judged(self, step: int, outcomes: AnyArray) -> None:
        """Set the outcomes of a step against the forecasts that they are the outcomes of."""
        agent, result = outcomes["agent"], outcomes["result"].astype(np.float64)
        forecast = self._forecast[(step - self._horizon) % len(self._forecast), agent]
        for role, members in self._members.items():
            of_role = members[agent] & np.isfinite(forecast)
            self._sums[role] += _sums(forecast[of_role], result[of_role])

    def measures(self) -> Iterator[tuple[str, float]]:
        """For each role: the mean squared error; the slope of a line through results over forecasts, 1 where forecasts are calibrated and 0
        where they say nothing; and the share of results within 1.96 standard deviations of the forecast."""
        for role, (count, forecast, result, squared, joint, error, within) in self._sums.items():
            spread = count * squared - forecast**2
            values = (_ratio(error, count), _ratio(count * joint - forecast * result, spread), _ratio(within, count))
            yield from ((f"{name}.{role}", value) for name, value in zip(FORECAST_MEASURES, values, strict=True))


def _sums(forecast: F64, result: F64) -> F64:
    error = np.square(result - forecast)
    within = error <= _INTERVAL**2
    parts = (np.ones_like(forecast), forecast, result, forecast**2, forecast * result, error, within)
    return np.array([part.sum(dtype=np.float64) for part in parts])


def _ratio(value: float, by: float) -> float:
    return float(value / by) if by > 0 else float("nan")

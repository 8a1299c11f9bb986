"""Contributions of sources to forecasts, and the squared errors that there would have been without them."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.advisers import LARGEST_FORECAST
from freeagentics.arrays import F64, AnyArray
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.estimate import Estimate, Interval, interval_of, mean_of
from freeagentics.report.aggregates.scan import StepData
from freeagentics.report.aggregates.source_usage import SourceUsage


class SourceErrors:
    """Squared errors of a role's forecasts, with and without the contribution of each source; T steps, S sources.

    Only forecasts that a source moved count, and whose outcome is known. What the other faculties add stays what it was: this is the error
    without the contribution, not that of an agent that never had the source.

    Attributes:
        role: its number.
        moved: forecasts that each source moved, (T, S).
        squared: sums of their squared errors, (T, S).
        saved: sums of how much larger these would have been without it, (T, S).
        flipped: forecasts whose sign each source changed, (S,).
        righted: those of them whose sign was then that of the outcome, (S,).
    """

    def __init__(self, context: RunContext, usage: SourceUsage) -> None:
        self.role, self._horizon = usage.role, context.horizon
        self._of_source = by_source(context.names.of_role(context.team[usage.role]).weights, usage.sources)
        shape = (context.steps, len(usage.sources))
        self.moved = np.zeros(shape, dtype=np.int64)
        self.squared, self.saved = np.zeros(shape), np.zeros(shape)
        self.flipped, self.righted = (np.zeros(len(usage.sources), dtype=np.int64) for _ in range(2))
        self._role = context.role

    def update(self, data: StepData) -> None:
        """Take in one step."""
        agent, result = data.decisions["agent"], data.result
        place = np.full(len(self._role), -1)
        place[agent] = np.arange(len(agent))
        for page in data.contributions:
            if self._role[page["agent"][0]] == self.role:
                at = place[page["agent"]]
                self._compare(data.step, _in_focus(page, data.decisions["asset"][at]), result[at])

    def _compare(self, step: int, parts: F64, result: F64) -> None:
        """Take in the parts of forecasts (n, C), of which memories are the last, and their results (n,)."""
        of_source = parts @ self._of_source
        before, remembered = parts[:, :-1].sum(axis=1), parts[:, -1]
        told = _forecast(before, remembered)
        without = _forecast(before[:, None] - of_source, remembered[:, None])
        counted = (of_source != 0) & np.isfinite(result)[:, None]
        error = np.square(result - told)[:, None]
        self.moved[step - 1] += counted.sum(axis=0)
        self.squared[step - 1] += np.where(counted, error, 0).sum(axis=0)
        flipped = counted & (told[:, None] * without < 0)
        self.flipped += flipped.sum(axis=0)
        self.righted += (flipped & (np.sign(told) == np.sign(result))[:, None]).sum(axis=0)
        self.saved[step - 1] += np.where(counted, np.square(result[:, None] - without) - error, 0).sum(axis=0)

    def error(self, source: int) -> Estimate:
        """Mean squared error of the forecasts that a source moved, in squared standard deviations."""
        return mean_of(self.squared[:, source], self.moved[:, source], self._horizon)

    def saving(self, source: int) -> Interval:
        """The same with the interval that reports of memories and signals give."""
        return interval_of(self.saved[:, source], self.moved[:, source], self._horizon)

    def reduction(self, source: int) -> Estimate:
        """Mean by which its contribution made the squared error of these smaller."""
        return mean_of(self.saved[:, source], self.moved[:, source], self._horizon)


def by_source(names: tuple[str, ...], sources: tuple[str, ...]) -> F64:
    """Matrix (C, S) that adds contributions up by source: of C faculties by their names, a source's are its words up and down."""
    mine = [[name in (f"{source}, up", f"{source}, down") for source in sources] for name in names]
    return np.array(mine, dtype=np.float64).reshape(len(names), len(sources))


def _in_focus(page: AnyArray, asset: AnyArray) -> F64:
    """Contributions (n, C) of a page to the forecasts of the assets (n,) in focus."""
    return np.asarray(page["contribution"][np.arange(len(page)), :, asset], dtype=np.float64)


def _forecast(seen: F64, remembered: F64) -> F64:
    """The forecast as agents put it together: what they see, bounded, and what memories add, bounded."""
    return bounded(bounded(seen) + remembered)


def bounded(forecast: F64) -> F64:
    """Forecasts within what agents ever forecast."""
    return np.clip(forecast, -float(LARGEST_FORECAST), float(LARGEST_FORECAST))

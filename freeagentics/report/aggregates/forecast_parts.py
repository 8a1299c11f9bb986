"""Parts of forecasts: what belief, sources and memories each saved of their squared error."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import AnyArray
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.estimate import Estimate, mean_of
from freeagentics.report.aggregates.scan import StepData

PARTS = ("belief", "sources", "memories")


class ForecastParts:
    """Squared errors of one role's forecasts, with and without each of `PARTS`; T steps.

    Attributes:
        role: its number.
        judged: forecasts whose outcome is known, (T,).
        squared_error: their sum, in squared standard deviations, (T,).
        saved: by each part: the squared error of the forecast without it, less that of the forecast, (T, 3).
        heard: forecasts of which a part was not zero, (T, 3).
    """

    def __init__(self, context: RunContext, role: int, kind: type[Forecaster]) -> None:
        self.role = role
        self.judged = np.zeros(context.steps, dtype=np.int64)
        self.squared_error = np.zeros(context.steps)
        self.saved = np.zeros((context.steps, len(PARTS)))
        self.heard = np.zeros((context.steps, len(PARTS)), dtype=np.int64)
        self._mine, self._horizon = context.role == role, context.horizon
        self._reasoning = context.names.of_role(kind.role).reasoning

    def update(self, data: StepData) -> None:
        """Take in one step."""
        known = self._mine[data.decisions["agent"]] & np.isfinite(data.result)
        reasons, result = reasons_by_name(self._reasoning, data.decisions["reason"][known]), data.result[known]
        forecast, part = reasons["expected_return"].astype(np.float64), _parts(reasons)
        place, error = data.step - 1, result - forecast
        self.judged[place], self.squared_error[place] = len(result), np.square(error).sum()
        self.saved[place] = (np.square(error[:, None] + part) - np.square(error)[:, None]).sum(axis=0)
        self.heard[place] = (part != 0).sum(axis=0)

    def error(self) -> float:
        """Mean squared error; NaN without an outcome."""
        judged = self.judged.sum()
        return float(self.squared_error.sum() / judged) if judged else float("nan")

    def saving(self, part: int) -> Estimate:
        """Mean squared error that a part saved."""
        return mean_of(self.saved[:, part], self.judged, self._horizon)

    def share(self, part: int) -> float:
        """Share of forecasts in which a part was heard."""
        return float(self.heard[:, part].sum() / max(int(self.judged.sum()), 1))


def forecast_parts(context: RunContext) -> tuple[ForecastParts, ...]:
    """Parts of the forecasts of every role of the run's team that forecasts."""
    kinds = [(role, ROLES[name]) for role, name in enumerate(context.team) if name in ROLES and context.agents[role]]
    return tuple(ForecastParts(context, role, kind) for role, kind in kinds if issubclass(kind, Forecaster))


def _parts(reasons: dict[str, AnyArray]) -> AnyArray:
    """Belief's, sources' and memories' part of each forecast, (n, 3)."""
    memories = reasons["expected_return"].astype(np.float64) - reasons["before_memories"]
    return np.stack([reasons["from_belief"], reasons["from_sources"], memories], axis=1).astype(np.float64)

"""Value-at-risk on trial: what risk managers forecast against what came of the positions that desks held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.experience import RISK
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.arrays import F64, AnyArray
from freeagentics.evaluation.coverage import Coverage, coverage_tests
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.market import CENTS
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster

LEVEL = RISK
"""Probability with which the forecasts say that they are exceeded."""

_UNKNOWN, _KEPT, _EXCEEDED = -1, 0, 1


class ValueAtRiskBacktest:
    """Forecasts of value-at-risk over the horizon, and whether losses exceeded them; T steps, M risk managers, D desks, A assets.

    The loss is that of the positions that the desk held at the close of the forecast, had it kept them for the horizon: it is of these that
    value-at-risk is forecast, whatever was bought and sold since, paid in fees or for sources. Where a desk held nothing there was nothing
    to forecast.

    Args:
        names: of the run.
        steps: on record.
        horizon: steps over which losses are taken.

    Attributes:
        agents: numbers of the risk managers, (M,).
        desks: of each, (M,).
        shortfalls: losses where value-at-risk was exceeded, over the expected shortfall forecast then: sum and number, (M, 2).
        medians: forecast and loss, both shares of equity, medians over the risk managers whose desks held something, (T, 2), else NaN.
    """

    def __init__(self, names: Roster, steps: int, horizon: int) -> None:
        self._horizon, self._quantity = horizon, names.units.quantity
        self.agents = np.flatnonzero(np.array(names.roles) == RiskManager.role) if RiskManager.role in names.team else np.zeros(0, np.int64)
        self.desks = names.seats["desk"][self.agents]
        self._reasoning = names.of_role(RiskManager.role).reasoning if len(self.agents) else ()
        self._row = np.full(len(names.seats), -1)
        self._row[self.agents] = np.arange(len(self.agents))
        self._ring: list[tuple[F64, F64, F64] | None] = [None] * horizon
        self._found = np.full((steps, len(self.agents)), _UNKNOWN, dtype=np.int8)
        self.shortfalls = np.zeros((len(self.agents), 2))
        self.medians = np.full((steps, 2), np.nan)

    def update(self, step: int, decisions: AnyArray, accounts: AnyArray, prices: F64) -> None:
        """Take in a step: records of decisions, of whatever roles, and accounts, and closes in USD, (A,)."""
        if (then := self._ring[step % self._horizon]) is not None:
            self._judge(step - self._horizon, *then, prices)
        forecast = np.full((2, len(self.agents)), np.nan)
        row = self._row[decisions["agent"]]
        reasons = reasons_by_name(self._reasoning, decisions["reason"][row >= 0])
        for place, name in enumerate(("value_at_risk", "expected_shortfall") if reasons else ()):
            forecast[place, row[row >= 0]] = reasons[name]
        equity = np.maximum(accounts["equity"], 1)[:, None] / CENTS
        self._ring[step % self._horizon] = (forecast, accounts["position"] / self._quantity / equity, prices)

    def _judge(self, step: int, forecast: F64, held: F64, prices: F64, later: F64) -> None:
        """Compare forecasts (2, M) of a step with what became of a dollar of equity that held so many of each asset, (D, A)."""
        loss, holding = (held @ (prices - later))[self.desks], held.sum(axis=1)[self.desks] > 0
        # Of a position that is worth less than a cent the forecast is a loss of nothing.
        known = holding & (forecast[1] > 0)
        exceeded = known & (loss > forecast[0])
        self._found[step - 1] = np.where(known, np.where(exceeded, _EXCEEDED, _KEPT), _UNKNOWN)
        self.shortfalls[exceeded, 0] += loss[exceeded] / forecast[1, exceeded]
        self.shortfalls[exceeded, 1] += 1
        if known.any():
            self.medians[step - 1] = np.median(forecast[0, known]), np.median(loss[known])

    def exceeded(self) -> F64:
        """Share of the forecasts of each step that were exceeded, (T,); NaN where there were none with a known outcome."""
        known = (self._found != _UNKNOWN).sum(axis=1)
        return np.where(known > 0, (self._found == _EXCEEDED).sum(axis=1) / np.maximum(known, 1), np.nan)

    def all_forecasts(self, manager: int) -> tuple[int, int]:
        """Forecasts of a risk manager, by its place in `agents`, overlapping as they do; and those that were exceeded."""
        found = self._found[:, manager]
        return int((found != _UNKNOWN).sum()), int((found == _EXCEEDED).sum())

    def coverage(self, manager: int) -> Coverage | None:
        """Tests of a risk manager's forecasts that do not overlap: the first, and each that begins where the one before has ended.

        None where there is no forecast with a known outcome.
        """
        found = self._found[:, manager]
        chosen = list(_apart(np.flatnonzero(found != _UNKNOWN).tolist(), self._horizon))
        return coverage_tests(found[chosen] == _EXCEEDED, LEVEL) if chosen else None

    def frame(self, names: Roster) -> pl.DataFrame:
        """A row for each risk manager: all forecasts, those that do not overlap and their tests, and losses beyond over expected
        shortfall."""
        rows = [self._frame_row(manager) for manager in range(len(self.agents))]
        return pl.DataFrame(
            {"agent": [names.ids[agent] for agent in self.agents.tolist()], "desk": self.desks}
            | {name: pl.Series([row[place] for row in rows], dtype=kind) for place, (name, kind) in enumerate(_COLUMNS.items())}
        )

    def _frame_row(self, manager: int) -> tuple[float | int | None, ...]:
        total, beyond = self.shortfalls[manager].tolist()
        found = self.coverage(manager)
        ratio = total / beyond if beyond else None
        if found is None:
            return (LEVEL, *self.all_forecasts(manager), 0, 0, *[None] * 6, ratio)
        tests = (found.unconditional, found.independence, found.conditional)
        measured = [number for test in tests for number in (test.statistic, test.p_value)]
        return (LEVEL, *self.all_forecasts(manager), found.forecasts, found.exceedances, *measured, ratio)


_COLUMNS = {
    "level": pl.Float64,
    "all_forecasts": pl.Int64,
    "all_exceedances": pl.Int64,
    "forecasts": pl.Int64,
    "exceedances": pl.Int64,
    "unconditional": pl.Float64,
    "unconditional_p": pl.Float64,
    "independence": pl.Float64,
    "independence_p": pl.Float64,
    "conditional": pl.Float64,
    "conditional_p": pl.Float64,
    "loss_over_shortfall": pl.Float64,
}


def backtest_value_at_risk(record: RunRecord) -> pl.DataFrame:
    """Test the value-at-risk that the risk managers of a run forecast; a row for each of them.

    Raises:
        CorruptRecord: the journal is damaged.

    Examples:
        >>> from freeagentics import run
        >>> from freeagentics.evaluation import backtest_value_at_risk
        >>> record = run("quick", agents=5, steps=40, out="runs/risky")
        >>> found = backtest_value_at_risk(record)
        >>> found.select("agent", "level", "all_forecasts", "forecasts", "exceedances").row(0)
        ('risk-manager-0000', 0.05, 31, 4, 1)
    """
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        backtest = ValueAtRiskBacktest(names, record.summary.steps, record.scenario.memory.horizon)
        cohorts = np.unique(names.seats["cohort"][backtest.agents]).tolist()
        for step in range(1, record.summary.steps + 1) if cohorts else ():
            accounts, observed = (journal.read(step, kind, SHARED) for kind in (Kind.ACCOUNTS, Kind.OBSERVATION))
            assert accounts is not None
            assert observed is not None
            decisions = [page for cohort in cohorts if (page := journal.read(step, Kind.DECISIONS, cohort)) is not None]
            backtest.update(step, np.concatenate(decisions), accounts, observed["price"] / names.units.price)
        return backtest.frame(names)


def _apart(steps: list[int], horizon: int) -> Iterator[int]:
    """The first of rising *steps*, and each that lies a horizon or more after the last one taken."""
    free_from = 0
    for step in steps:
        if step >= free_from:
            yield step
            free_from = step + horizon

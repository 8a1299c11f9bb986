"""Step scaling: time of an agent-step by phase, as agents and workers are added."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.agents.decision import CohortOutput
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import wall_clock
from freeagentics.journal import Journal, JournalWriter, StepCommit
from freeagentics.runtime import open_engine
from freeagentics.scenario.files import load_scenario
from freeagentics.simulation import MarketModel, Probe

ROWS = ((1, 400), (50, 400), (1_000, 100), (10_000, 30))
"""Agents and steps of each row; a lone agent is a market hunter."""

WARM_UP = 5
PHASES = ("decide", "apply", "learn", "commit")

Spent = defaultdict[str, float]
"""Seconds by phase."""


def step_scaling(runs: int) -> Table:
    """Every row on one worker and on two, in turn."""
    found: dict[tuple[int, int], list[_Measured]] = defaultdict(list)
    for _ in range(runs):
        for agents, steps in ROWS:
            for workers in (1, 2):
                found[agents, workers].append(_measure(agents, steps, workers))
    alone = [run.agent_step_us for run in found[1, 1]]
    rows = [_row(agents, workers, measured, found[agents, 1], alone) for (agents, workers), measured in found.items()]
    note = (
        "`btc-replay`, journal on; commit is what the model waits for, with the writer's last flush. Efficiency is throughput per agent "
        f"against one agent alone on one worker. Median of {runs} runs (least to most); ratios are taken run by run."
    )
    return Table("Steps", note, rows)


def _row(agents: int, workers: int, measured: list[_Measured], serial: list[_Measured], alone: list[float]) -> dict[str, object]:
    thinking = [one.thinking_us / this.thinking_us for this, one in zip(measured, serial, strict=True)]
    phases = {f"{phase}, µs": Spread(tuple(run.phase_us(phase) for run in measured)) for phase in PHASES}
    return {
        "agents": f"{agents:,}",
        "workers": workers,
        "µs an agent-step": Spread(tuple(run.agent_step_us for run in measured)),
        "efficiency, %": Spread(tuple(100 * one / run.agent_step_us for run, one in zip(measured, alone, strict=True))),
        **phases,
        "decide and learn, one worker / these": Spread(tuple(thinking)),
    }


@dataclass(frozen=True, slots=True)
class _Measured:
    """Seconds of so many agent-steps, in all and by phase."""

    agent_steps: int
    seconds: float
    spent: Spent

    @property
    def agent_step_us(self) -> float:
        return 1e6 * self.seconds / self.agent_steps

    def phase_us(self, phase: str) -> float:
        return 1e6 * self.spent[phase] / self.agent_steps

    @property
    def thinking_us(self) -> float:
        return self.phase_us("decide") + self.phase_us("learn")


class _Clock(Probe):
    """Clocks the phases of steps, each from where the one before ended.

    What the market and the ledger do at the beginning of a step is in none of them.
    """

    def __init__(self) -> None:
        self.spent: Spent = defaultdict(float)
        self._since = 0.0

    def _ended(self, phase: str) -> None:
        now = wall_clock()
        self.spent[phase] += now - self._since
        self._since = now

    def decides(self, cohort: Cohort, view: View) -> None:
        if cohort.phase == 0:
            self._since = wall_clock()
        else:
            self._ended("apply")

    def decided(self, cohort: Cohort, view: View, output: CohortOutput) -> None:
        self._ended("decide")

    def learns(self, cohort: Cohort, context: StepContext) -> None:
        self._ended("apply")

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        self._ended("learn")

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        self._ended("commit")


def _measure(agents: int, steps: int, workers: int) -> _Measured:
    changes = {"agents.count": agents} | ({"agents.team": {"market-hunter": 1}} if agents == 1 else {})
    clock = _Clock()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        journal = stack.enter_context(Journal(Path(folder) / "journal.db", create=True))
        engine = open_engine("threads", workers)
        model = stack.enter_context(MarketModel(load_scenario("btc-replay", changes), engine=engine, probes=[clock]))
        model.record_to(JournalWriter(journal))
        for _ in range(WARM_UP):
            model.step()
        model.writer.flush()
        clock.spent.clear()
        began = wall_clock()
        for _ in range(steps):
            model.step()
        stepped = wall_clock()
        model.writer.flush()
        over = wall_clock()
        clock.spent["commit"] += over - stepped
    return _Measured(agents * steps, over - began, clock.spent)

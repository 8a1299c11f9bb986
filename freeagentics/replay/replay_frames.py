"""ReplayFrames as frames: what agents believed, recalled and weighed, computed again, since a journal keeps decisions and not minds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.agents import Cohort, View
from freeagentics.agents.decision import CohortOutput
from freeagentics.arrays import I64
from freeagentics.errors import BadInput
from freeagentics.journal import Journal
from freeagentics.mind import REGIMES
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster
from freeagentics.replay.restore import restore
from freeagentics.simulation.market_model import MarketModel
from freeagentics.simulation.probe import Probe


@dataclass(frozen=True, slots=True)
class ReplayFrames:
    """Frames of the minds of all agents over a span of steps.

    Attributes:
        beliefs: a row per step, agent and symbol: probability of each regime, expected return over the horizon in standard
            deviations of what it lately was; standard deviation of the next bar's return, over what it lately was; and entropy, 0 to 1.
        recalled: a row per step, agent and memory recalled: the step it was made at, its relevance, its share in the mean of all recalled,
            the result of the market after it and the agent's reward, in standard deviations. All of them, where a decision on record names
            the first few.
        weights: a row per step, agent and faculty: the weight with which the step's decision heard it.
        importance: a row per step, agent and feature of recall keys: its share in the distance by which memories were like the situation.
        traits: a row per agent and trait: what it drew when it arrived, and keeps.
    """

    beliefs: pl.DataFrame
    recalled: pl.DataFrame
    weights: pl.DataFrame
    importance: pl.DataFrame
    traits: pl.DataFrame


def replay_frames(run: str | Path, first: int = 1, last: int | None = None, *, allow_plugins: bool = False) -> ReplayFrames:
    """Run steps of a run again from the checkpoint before them, and note what agents had in mind.

    Args:
        run: a run directory.
        first: the first step to note.
        last: the last one; by default the last of the run. A frame holds the whole span: ask piece by piece for many agents.
        allow_plugins: run plugins of the directory that this user has not run before.

    Raises:
        BadInput: the run has no such steps.
        BadRunDirectory: it is none, or its run has not ended.
        RunFailed: a step came out differently than it is on record.

    Examples:
        >>> from freeagentics import replay_frames, run
        >>> record = run("quick", agents=5, steps=20, out="runs/frames")
        >>> found = replay_frames("runs/frames", first=20)
        >>> found.beliefs.filter(agent="market-hunter-0000").select("bull", "bear", "calm", "turbulent").sum_horizontal().round(3).to_list()
        [1.0]
    """
    record = RunRecord(run)
    steps = record.summary.steps
    last = steps if last is None else last
    if not 1 <= first <= last <= steps:
        raise BadInput(f"steps {first} to {last}: the run {run} has steps 1 to {steps}")
    lineage = record.directory.load_lineage(allow_plugins=allow_plugins)
    noted = _Notes(first)
    with Journal(record.directory.journal) as journal:
        while first <= last:
            # Steps before a fork were made under the settings of its parent.
            until = min([last, *(end for end in lineage.ancestors if end >= first)])
            with MarketModel(lineage.at(first), probes=[noted]) as model:
                restore(model, journal, first - 1)
                while model.steps < until:
                    model.step()
                model.writer.flush()
            first = until + 1
        return noted.frames(Roster(journal))


class _Notes(Probe):
    """A probe that notes minds from a step on; rows in blocks, one a cohort and step."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._beliefs: list[pl.DataFrame] = []
        self._recalled: list[pl.DataFrame] = []
        self._weights: list[pl.DataFrame] = []
        self._importance: list[pl.DataFrame] = []
        self._traits: dict[tuple[int, str], float] = {}

    def decided(self, cohort: Cohort, view: View, output: CohortOutput) -> None:
        """Note what the cohort believed, recalled and weighed when it decided, and what it recalled by."""
        step, rows = view.observation.step, np.flatnonzero(cohort.active)
        if step < self._first or not rows.size:
            return
        agent = cohort.agent[rows]
        self._beliefs.append(_beliefs(cohort, rows, step))
        self._recalled.append(_recalled(cohort, rows, step))
        self._importance.append(_importance(cohort, rows, step))
        for faculty, weight in cohort.named_weights().items():
            self._weights.append(pl.DataFrame({"step": step, "agent": agent, "faculty": faculty, "weight": weight[rows]}))
        for trait, values in cohort.traits().items():
            self._traits |= {(number, trait): float(value) for number, value in zip(agent.tolist(), values[rows].tolist(), strict=True)}

    def frames(self, names: Roster) -> ReplayFrames:
        """All that was noted, agents by their ids."""
        agents, traits = zip(*self._traits, strict=True)
        drawn = pl.DataFrame({"agent": agents, "trait": traits, "value": list(self._traits.values())})
        noted = (pl.concat(blocks) for blocks in (self._beliefs, self._recalled, self._weights, self._importance))
        return ReplayFrames(*(frame.with_columns(agent=names.id_column(frame["agent"].to_numpy())) for frame in (*noted, drawn)))


def _beliefs(cohort: Cohort, rows: I64, step: int) -> pl.DataFrame:
    belief, symbols = cohort.belief, cohort.context.symbols
    regimes = {name: belief.regimes[rows, :, place].ravel() for place, name in enumerate(REGIMES)}
    moments = {"expected_return": belief.trend(), "standard_deviation": belief.spread(), "entropy": belief.entropy}
    head = {"step": step, "agent": np.repeat(cohort.agent[rows], len(symbols)), "symbol": list(symbols) * len(rows)}
    return pl.DataFrame(head | regimes | {name: values[rows].ravel() for name, values in moments.items()})


def _recalled(cohort: Cohort, rows: I64, step: int) -> pl.DataFrame:
    assert cohort.step_context is not None
    recalled = cohort.step_context.recalled
    row, place = np.nonzero(recalled.step[rows] >= 0)
    found = (rows[row], place)
    columns = {name: getattr(recalled, name)[found] for name in ("relevance", "share", "result", "reward")}
    # Not the number itself: of no rows its column would have no type.
    steps = np.full(len(row), step, dtype=np.int32)
    return pl.DataFrame({"step": steps, "agent": cohort.agent[found[0]], "memory_step": recalled.step[found], **columns})


def _importance(cohort: Cohort, rows: I64, step: int) -> pl.DataFrame:
    names, shares = cohort.table.key_names, cohort.recollection.importance()[rows]
    head = {"step": step, "agent": np.repeat(cohort.agent[rows], len(names)), "feature": list(names) * len(rows)}
    return pl.DataFrame(head | {"importance": shares.ravel()})

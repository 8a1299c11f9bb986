"""The mind of an agent at a step of the past, computed again: its belief, why it decided, and what its memories hold beside what was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from freeagentics.arrays import F32, AnyArray
from freeagentics.errors import BadInput
from freeagentics.journal import Journal
from freeagentics.mind.grid import LARGEST_DRIFT, VOLATILITY_RANGE
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay.explain import Explainer
from freeagentics.replay.replay import Replay
from freeagentics.replay.restore import committed
from freeagentics.visualization.plain import plain

MOST_FEATURES = 60
"""Features of a memory that are listed."""


def mind(path: Path, agent: str, step: int, early: Callable[[dict[str, object]], None]) -> dict[str, object]:
    """Explain an agent's decision at a step; *early* is given its belief as soon as that is there.

    Raises:
        BadInput: there is no such agent.
        BadScenario: the step was not committed.
        UntrustedPlugin: the run has plugins that this user has not run.
        RunFailed: the run comes out differently than it is on record.
    """
    directory = RunDirectory.open(path)
    with Journal(directory.journal) as journal:
        names = Roster(journal)
        if agent not in names.ids:
            raise BadInput(f"no agent '{agent}' in {path}")
        committed(journal, step)
        seat, lineage = names.seats[names.ids.index(agent)], directory.load_lineage()
        index, row = int(seat["agent"]), int(seat["row"])
        with Replay(lineage, journal, step, int(seat["cohort"])) as rerun:
            early(belief(rerun.cohort.belief.cells()[row]))
            explanation = Explainer(lineage, journal, names, rerun, index, row).explanation()
            memories = _RememberedStates(Memories(journal, names, lineage), rerun, index, row)
            return {
                "explanation": explanation.model_dump(mode="json"),
                "memories": [memories.beside(memory.step) for memory in explanation.memories if memory.kept_bytes],
            }


def belief(cells: F32) -> dict[str, object]:
    """Probabilities (A, drifts, volatilities) as a picture to draw, with the ends of its axes."""
    return {"cells": plain(cells), "drift": float(LARGEST_DRIFT), "volatility": [float(end) for end in VOLATILITY_RANGE]}


class _RememberedStates:
    """States that one agent remembers, decoded, beside what it experienced, which a replay has computed again."""

    def __init__(self, reader: Memories, rerun: Replay, agent: int, row: int) -> None:
        self._reader, self._rerun, self._agent, self._row = reader, rerun, agent, row

    def beside(self, step: int) -> dict[str, object]:
        """The features that differ most first: name, as decoded, as it was, each over its range."""
        table = self._rerun.cohort.table
        exact = table.clipped(self._rerun.probe.states[step][self._row])
        span = table.high - table.low
        decoded = self._decoded(step)
        order = np.argsort(-np.abs(decoded - exact) / span, kind="stable")[:MOST_FEATURES]
        columns = (decoded[order], exact[order], table.low[order], table.high[order])
        return {
            "step": step,
            "names": [table.features[place].name for place in order.tolist()],
            **{name: plain(column) for name, column in zip(("decoded", "true", "low", "high"), columns, strict=True)},
        }

    def _decoded(self, step: int) -> AnyArray:
        kept = next(kept for _, kept in self._reader.span(step, step) if self._agent in kept.agent)
        return self._reader.vectors(step, kept.rows(kept.agent == self._agent))[0]

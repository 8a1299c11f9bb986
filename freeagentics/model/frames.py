"""Frames: the journal as tables for others to read, streamed to Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.agents import ROLES
from freeagentics.agents.agent import agent_id
from freeagentics.arrays import AnyArray
from freeagentics.errors import BadRunDirectory
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.model.figures import FIGURE
from freeagentics.model.scenario import Scenario

PAGES_AT_ONCE = 2000
"""Pages of decisions held in RAM at a time: at most half a million rows."""


def write_model_frame(journal: Journal, path: Path) -> None:
    """One row per step, from the figures."""
    records = np.concatenate([records for _, _, records in journal.scan(Kind.FIGURES)])
    frame = pl.DataFrame({name: records[name] for name in FIGURE.names or ()})
    moment = pl.col("timestamp").cast(pl.Datetime("ms", "UTC"))
    frame.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("step"), moment, pl.exclude("timestamp")).write_parquet(path)


def write_agent_frame(journal: Journal, scenario: Scenario, path: Path) -> None:
    """One row per agent and step, from the decisions; never more than `PAGES_AT_ONCE` pages in RAM."""
    names = AgentNames(journal, scenario)
    parts = path.with_suffix(".parts")
    parts.mkdir(exist_ok=True)
    pages = journal.scan(Kind.DECISIONS)
    number = 0
    while chunk := list(islice(pages, PAGES_AT_ONCE)):
        _decisions(chunk, names).write_parquet(parts / f"{number:06d}.parquet")
        number += 1
    written = sorted(parts.glob("*.parquet"))
    if len(written) == 1:
        written[0].replace(path)
    else:
        pl.scan_parquet(written).sink_parquet(path)
    for part in parts.glob("*.parquet"):
        part.unlink()
    parts.rmdir()


class AgentNames:
    """Who the agents of a journal are: id, role and desk by index."""

    def __init__(self, journal: Journal, scenario: Scenario) -> None:
        seats = journal.read(1, Kind.AGENTS, SHARED)
        if seats is None:
            raise BadRunDirectory(f"{journal.path}: no agents on record; the run was stopped before its first step")
        roles = list(scenario.agents.team)
        self.seats = seats
        self._ids = pl.Series([*(agent_id(roles[seat["role"]], int(seat["number"])) for seat in seats), None], dtype=pl.String)
        self.role = pl.Series([roles[role] for role in seats["role"]])
        longest = max(len(kind.actions) for kind in ROLES.values())
        self._actions = pl.Series([name for role in roles for name in _padded(ROLES[role].actions, longest)])
        self._longest = longest

    def ids(self, agent: AnyArray) -> pl.Series:
        """Ids of agents (n,); null where the index is -1."""
        return self._ids.gather(np.where(agent < 0, len(self.seats), agent))

    def actions(self, agent: AnyArray, action: AnyArray) -> pl.Series:
        """Names of actions (n,) by agents (n,)."""
        return self._actions.gather(self.seats["role"][agent].astype(np.int64) * self._longest + action)


def _padded(actions: tuple[str, ...], length: int) -> Iterator[str]:
    yield from actions
    yield from [""] * (length - len(actions))


def _decisions(chunk: list[tuple[int, int, AnyArray]], names: AgentNames) -> pl.DataFrame:
    records = np.concatenate([records for _, _, records in chunk])
    steps = np.repeat([step for step, _, _ in chunk], [len(records) for _, _, records in chunk])
    agent = records["agent"]
    return pl.DataFrame(
        {
            "step": steps,
            "agent": names.ids(agent),
            "role": names.role.gather(agent),
            "desk": names.seats["desk"][agent],
            "action": names.actions(agent, records["action"]),
            "value": records["value"],
            "confidence": records["confidence"].astype(np.float32),
            "asset": records["asset"].astype(np.int32),
            "memory_weight": records["memory_weight"].astype(np.float32),
            "parent": names.ids(records["parent"]),
        }
    )

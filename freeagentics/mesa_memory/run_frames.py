"""Frames of what is on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from freeagentics.arrays import I64, AnyArray
from freeagentics.mesa_memory.class_memory import ClassMemory
from freeagentics.mesa_memory.interner import Interner
from freeagentics.mesa_memory.memory_page import Experiences
from freeagentics.mesa_memory.state_page import States


def state_frame(of: ClassMemory, states: States, agent: str | None) -> pl.DataFrame:
    """States of a step, a row an agent; of one agent, where it is given."""

    rows: I64 = np.arange(len(states.agents))
    names = [of.name_of(number) for number in states.agents.tolist()]
    if agent is not None:
        rows = np.array([row for row, name in enumerate(names) if name == agent], dtype=np.int64)
    columns: dict[str, Any] = {
        "agent": pl.Series([names[row] for row in rows], dtype=pl.String),
        "class": pl.Series([of.name] * len(rows), dtype=pl.String),
        "step": pl.Series([states.step] * len(rows), dtype=pl.Int64),
        "time": pl.Series([states.time] * len(rows), dtype=pl.Float64),
    }
    for feature, place in zip(of.reader.features, of.reader.places, strict=True):
        values = [feature.value(one) for one in states.values[rows, place]]
        columns[feature.name] = pl.Series([list(value) if isinstance(value, tuple) else value for value in values], strict=False)
    return pl.DataFrame(columns)


def no_memories() -> pl.DataFrame:
    """An empty frame of memories."""
    kinds = {"agent": pl.String, "class": pl.String, "number": pl.Int64, "step": pl.Int64, "time": pl.Float64}
    return pl.DataFrame(schema={**kinds, "action": pl.String, "outcome": pl.Float64})


def made_frame(of: ClassMemory, made: Experiences, actions: Interner) -> pl.DataFrame:
    """Memories as they were made, a row each."""
    return no_memories().vstack(
        pl.DataFrame(
            {
                "agent": [of.name_of(agent) for agent in made.agents.tolist()],
                "class": [of.name] * len(made.agents),
                "number": made.sequence,
                "step": made.step,
                "time": made.time.astype(np.float64),
                "action": [None if number == 0 else str(actions.values[number]) for number in made.action.tolist()],
                "outcome": made.outcome.astype(np.float64),
            },
            schema_overrides={"action": pl.String},
        ).with_columns(pl.col("outcome").fill_nan(None))
    )


def outcome_frame(of: ClassMemory, arrays: Mapping[str, AnyArray]) -> pl.DataFrame:
    """Outcomes that came later, by agent and number of the memory."""
    agents = [of.name_of(agent) for agent in arrays["agent"].tolist()]
    return pl.DataFrame({"agent": agents, "number": arrays["sequence"].astype(np.int64), "later": arrays["value"].astype(np.float64)})

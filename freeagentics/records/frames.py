"""Frames: the journal as tables for others to read, streamed to Parquet."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal, Kind
from freeagentics.records.roster import Roster
from freeagentics.records.step_metrics import STEP_METRICS

PAGES_AT_ONCE = 400
"""Pages of decisions held in RAM at a time: at most a hundred thousand rows, about 50 MB while polars works on them."""


def read_frame(path: Path) -> pl.DataFrame:
    """A frame of a run. Its path is a name: what looks like a pattern in it is none."""
    return pl.read_parquet(path.absolute(), glob=False)


def write_model_frame(journal: Journal, path: Path) -> None:
    """One row per step, from the figures."""
    records = np.concatenate([records for _, _, records in journal.scan(Kind.FIGURES)])
    frame = pl.DataFrame({name: records[name] for name in STEP_METRICS.names or ()})
    moment = pl.col("timestamp").cast(pl.Datetime("ms", "UTC"))
    frame.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("step"), moment, pl.exclude("timestamp")).write_parquet(
        path.absolute()
    )


def write_agent_frame(journal: Journal, names: Roster, path: Path) -> None:
    """One row per agent and step, from the decisions; never more than `PAGES_AT_ONCE` pages in RAM."""
    # Absolute, or polars takes a folder called ~ for the home.
    path = path.absolute()
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
        pl.scan_parquet(written, glob=False).sink_parquet(path)
    for part in parts.glob("*.parquet"):
        part.unlink()
    parts.rmdir()


def _decisions(chunk: list[tuple[int, int, AnyArray]], names: Roster) -> pl.DataFrame:
    records = np.concatenate([records for _, _, records in chunk])
    steps = np.repeat([step for step, _, _ in chunk], [len(records) for _, _, records in chunk])
    return pl.DataFrame(decision_columns(steps, records, names) | {"asset": records["asset"].astype(np.int32)})


def decision_columns(steps: AnyArray, records: AnyArray, names: Roster) -> dict[str, object]:
    """Columns that every frame of decisions has, from steps (n,) and records (n,)."""
    agent = records["agent"]
    return {
        "step": steps,
        "agent": names.id_column(agent),
        "role": names.role_column(agent),
        "desk": names.seats["desk"][agent],
        "action": names.action_column(agent, records["action"]),
        "value": records["value"],
        "confidence": records["confidence"].astype(np.float32),
        "memory_weight": records["memory_weight"].astype(np.float32),
        "parent": names.id_column(records["parent"]),
    }

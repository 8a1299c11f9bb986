"""Decisions of many runs as one frame, straight from their journals."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from freeagentics.agents.market_contexts import TREND, VOLATILITY
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.records.record_frames import RecordFrames
from freeagentics.records.roster import Roster


def run_decisions(runs: Iterable[str | Path]) -> pl.DataFrame:
    """Decisions of runs on record, a row each, for `success_by` and `value_of`.

    Returns:
        ``run`` (the directory's name), ``agent``, ``role``, ``type``, ``desk``, ``step``, ``timestamp``, ``success`` (a reward above zero;
        null where it is not known), ``reward`` (sd), ``confidence``, ``selected`` (the action), ``sources`` (faculties that the forecast
        went by), ``patterns`` (those of them that are), and ``context.trend`` and ``context.volatility`` of the first symbol.

    Raises BadRunDirectory for a run that cannot be read.
    """
    return pl.concat([_of_run(Path(run)) for run in runs], how="diagonal")


def _of_run(path: Path) -> pl.DataFrame:
    record = RunRecord(path)
    with Journal(record.directory.journal) as journal:
        roster = Roster(journal)
        frames = RecordFrames(journal, roster, record.scenario.memory.horizon, lineage=record.lineage)
        decided, outcomes, heard, seen = frames.decisions(), frames.outcomes(), frames.contributions(), frames.observations()
        types = {role: roster.of_role(role).decision_type for role in roster.team}
        given = {name for role in roster.team for name in roster.of_role(role).patterns}
    faculty = pl.col("faculty").unique().sort()
    sources = heard.group_by("agent", "step").agg(sources=faculty, patterns=faculty.filter(faculty.is_in(given)))
    times = record.model_frame.select("step", "timestamp")
    keys = ["agent", "step"]
    return (
        decided.select("agent", "role", "desk", "step", "confidence", selected=pl.concat_list(pl.col("action").cast(pl.String)))
        .with_columns(pl.col("role").cast(pl.String), pl.col("agent").cast(pl.String))
        .join(outcomes.select(pl.col("agent").cast(pl.String), "step", "reward"), on=keys, how="left", maintain_order="left")
        .join(sources.with_columns(pl.col("agent").cast(pl.String)), on=keys, how="left", maintain_order="left")
        .join(times, on="step", how="left", maintain_order="left")
        .join(_contexts(seen), on="step", how="left", maintain_order="left")
        .with_columns(pl.lit(path.resolve().name).alias("run"), (pl.col("reward") > 0).alias("success"))
        .with_columns(pl.col("role").replace_strict(types, return_dtype=pl.String).alias("type"))
    )


def _contexts(seen: pl.DataFrame) -> pl.DataFrame:
    first = seen.unique("step", keep="first", maintain_order=True)
    made = {
        "context.trend": (TREND, pl.when(pl.col(TREND) > 0).then(pl.lit("rising")).otherwise(pl.lit("falling"))),
        "context.volatility": (VOLATILITY, pl.when(pl.col(VOLATILITY) > 1).then(pl.lit("high")).otherwise(pl.lit("low"))),
    }
    return first.select("step", *(text.alias(name) for name, (column, text) in made.items() if column in seen.columns))

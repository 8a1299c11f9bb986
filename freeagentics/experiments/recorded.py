"""Runs on record as rows of an experiment."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.experiments.measures import MEASURED, RunMeasures, by_kind
from freeagentics.experiments.points import Contrast, Point, against_first, name_of
from freeagentics.experiments.single_run import Row, known
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster

_NO_SETTINGS = ("name", "title", "seed", "steps", "run", "store", "plugins")
"""Keys that do not make another point: names, the seed, and what changes no trajectory."""


def recorded(runs: Sequence[str | Path], progress: ProgressCallback = no_progress) -> tuple[list[Row], list[Contrast]]:
    """Rows of these run directories, and contrasts of their points with that of the first; runs are of one point where their settings are.

    Raises:
        BadInput: fewer than two runs, two of the same point and seed, or of different length.
        BadRunDirectory: one of them is no run directory, or its run has not ended.
    """
    if len(runs) < 2:
        raise BadInput("give at least two run directories to compare")
    records = [RunRecord(run) for run in runs]
    if len(lengths := {record.summary.steps for record in records}) > 1:
        raise BadInput(f"runs of {' and '.join(map(str, sorted(lengths)))} steps cannot be compared; resume the shorter ones with --steps")
    settings = _differing([_flat(record.scenario.model_dump(mode="json", exclude=set(_NO_SETTINGS))) for record in records])
    rows = [
        {"point": _name(values, record), **values, "seed": record.summary.seed, **_row(record)}
        for values, record in zip(settings, track(progress, "reading runs", records), strict=True)
    ]
    named = [(row["point"], row["seed"]) for row in rows]
    if len(set(named)) < len(named):
        raise BadInput("two of the runs have the same settings and the same seed; give each run once")
    return rows, against_first([Point(str(name)) for name in dict.fromkeys(row["point"] for row in rows)])


def _row(record: RunRecord) -> Row:
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        measures = RunMeasures(record.lineage.at(1), names.roles, names.units.price)
        times = record.model_frame["timestamp"].dt.timestamp("ms").to_list()
        for step, records in _steps(journal):
            measures.update(step, times[step - 1], records)
    return {"steps": record.summary.steps, **known(measures.result()), "trajectory_sha256": record.summary.trajectory_sha256, "error": None}


def _steps(journal: Journal) -> Iterator[tuple[int, dict[Kind, AnyArray]]]:
    pages = heapq.merge(*(_pages(journal, kind) for kind in MEASURED), key=lambda page: page[0])
    for step, group in groupby(pages, key=lambda page: page[0]):
        yield step, by_kind((kind, records) for _, kind, records in group)


def _pages(journal: Journal, kind: Kind) -> Iterator[tuple[int, Kind, AnyArray]]:
    yield from ((step, kind, records) for step, _, records in journal.scan(kind))


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _differing(tables: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    keys = dict.fromkeys(key for table in tables for key in table)
    differing = [key for key in keys if any(table.get(key) != tables[0].get(key) for table in tables)]
    return [{key: table.get(key) for key in differing} for table in tables]


def _name(settings: Mapping[str, object], record: RunRecord) -> str:
    return name_of(settings) or record.scenario.name

"""An experiment that has been run: its frame of runs, and its frame of differences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.selectors import temporal

from freeagentics.arrays import F64
from freeagentics.errors import BadInput, RunFailed, did_you_mean
from freeagentics.experiments.measures import TITLES
from freeagentics.experiments.points import Contrast, in_text
from freeagentics.experiments.single_run import Row
from freeagentics.experiments.statistics import paired_difference

_DIFFERENCE_SCHEMA: dict[str, Any] = {
    "contrast": pl.String,
    "measure": pl.String,
    "of": pl.String,
    "against": pl.String,
    "seeds": pl.Int64,
    **dict.fromkeys(("mean_of", "mean_against", "mean", "low", "high", "p_value", "margin", "p_equivalence"), pl.Float64),
}


@dataclass(frozen=True, eq=False)
class Experiment:
    """Runs of an experiment, and what sets their points apart.

    Attributes:
        title: a line that says what was compared.
        frame: a row a run: ``point``, the settings in which points differ, ``seed``, ``steps``, all measures, ``trajectory_sha256``, and
            ``error``, null where the run came to its end.
        differences: a row for each contrast and measure: means of both points, and the fields of `PairedDifference`; unrounded.
        directory: where it was kept, or None.
        titles: of the measures, in their order.
    """

    title: str
    frame: pl.DataFrame
    differences: pl.DataFrame
    directory: Path | None = None
    titles: Mapping[str, str] = field(default_factory=lambda: TITLES)

    @property
    def errors(self) -> pl.DataFrame:
        """Runs that failed."""
        return self.frame.filter(pl.col("error").is_not_null())

    def pairs(self, of: str, against: str, measure: str) -> F64:
        """Differences of a measure between two points, (n,), by seed."""
        known = paired(self.frame, of, against, measure)
        return known[measure].to_numpy() - known[f"{measure}:against"].to_numpy()

    def save(self, directory: str | Path) -> None:
        """Write ``runs.parquet`` and ``differences.parquet``. Raises RunFailed where they cannot be written."""
        try:
            for name, frame in (("runs", self.frame), ("differences", self.differences)):
                draft = Path(directory) / f"{name}.draft"
                frame.write_parquet(draft)
                draft.replace(draft.with_suffix(".parquet"))
        except OSError as error:
            raise RunFailed(f"{directory}: the frames could not be written ({error.strerror})") from error

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, times by ISO 8601."""
        where, runs = str(self.directory) if self.directory else None, self.frame.with_columns(temporal().dt.to_string("iso:strict"))
        return {"title": self.title, "directory": where, "runs": runs.to_dicts(), "differences": self.differences.to_dicts()}


def frame_of(rows: Sequence[Row], measures: Collection[str] = TITLES) -> pl.DataFrame:
    """Rows as a frame with all measures that any has, in their order; settings of several types become text."""
    heads = [name for name in dict.fromkeys(key for row in rows for key in row) if name not in {*measures, "trajectory_sha256", "error"}]
    measured = [name for name in measures if any(name in row for row in rows)]
    columns: dict[str, pl.Series] = {name: _setting(name, [row.get(name) for row in rows]) for name in heads}
    columns |= {name: pl.Series(name, [row.get(name) for row in rows], dtype=pl.Float64) for name in measured}
    for name in ("trajectory_sha256", "error"):
        columns[name] = pl.Series(name, [row.get(name) for row in rows], dtype=pl.String)
    return pl.DataFrame(columns)


def _setting(name: str, values: Sequence[object]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and kinds <= {bool, int, float, str, datetime}:
        return pl.Series(name, values)
    if kinds <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64)
    return pl.Series(name, [None if value is None else in_text(value) for value in values], dtype=pl.String)


def differences_of(
    frame: pl.DataFrame, contrasts: Sequence[Contrast], margins: Mapping[str, float], measures: Collection[str] = TITLES
) -> pl.DataFrame:
    """Paired differences of all measures: of each contrast, over the seeds with which both points came to their end."""
    check_margins(margins, measures)
    found = []
    for contrast in contrasts:
        for measure in [name for name in measures if name in frame.columns]:
            known = paired(frame, contrast.of, contrast.against, measure)
            if known.height:
                found.append(_difference(contrast, measure, known, margins.get(measure)))
    return pl.DataFrame(found, schema=_DIFFERENCE_SCHEMA)


def paired(frame: pl.DataFrame, of: str, against: str, measure: str) -> pl.DataFrame:
    """A measure at two points, as columns, of all seeds for which both are known, in their order."""
    first, second = (frame.filter(point=point).select("seed", measure).drop_nulls() for point in (of, against))
    return first.join(second, on="seed", suffix=":against").sort("seed").drop("seed")


def _difference(contrast: Contrast, measure: str, known: pl.DataFrame, margin: float | None) -> dict[str, object]:
    of, against = (known[column].to_numpy() for column in known.columns)
    row = asdict(paired_difference(of - against, margin)) | {"mean_of": float(of.mean()), "mean_against": float(against.mean())}
    named = {"contrast": contrast.name, "measure": measure, "of": contrast.of, "against": contrast.against, "margin": margin}
    return {name: None if value != value else value for name, value in (named | row).items()}


def check_margins(margins: Mapping[str, float], measures: Collection[str] = TITLES) -> None:
    """Raise BadInput for a margin of no measure, or one that is not above 0."""
    for name, margin in margins.items():
        if name not in measures:
            raise BadInput(f"margin of '{name}': no such measure; {did_you_mean(name, measures)}")
        if not margin > 0:
            raise BadInput(f"margin of {name}: it must be above 0 (it is {margin:g})")

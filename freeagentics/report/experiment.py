"""The page about an experiment: a chart and a table for each measure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from freeagentics.errors import RunFailed
from freeagentics.experiments import Experiment
from freeagentics.experiments.measures import DESK_MEASURES, SHARES, TITLES
from freeagentics.records import RunRecord
from freeagentics.report.charts.differences import Interval, draw_differences
from freeagentics.report.charts.figure import own_settings
from freeagentics.report.formatting import UNKNOWN, count, number, percent
from freeagentics.report.page.document import document
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table
from freeagentics.report.side_by_side import side_by_side

_READ = (
    "Grey dots: differences by seed. Diamond: their mean. Line: 95 % interval of the mean, by percentiles of 10,000 bootstrap samples of "
    "seeds. With fewer than ten seeds it is too narrow."
)


def save_experiment_page(experiment: Experiment, path: Path, records: Sequence[RunRecord] = ()) -> Path:
    """Write the page, which sets runs on record side by side where any are given; returns its path. Raises RunFailed where it cannot."""
    try:
        draft = path.with_suffix(".draft")
        draft.write_text(render_experiment(experiment, records), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise RunFailed(f"{path}: the page could not be written ({error.strerror})") from error
    return path


def render_experiment(experiment: Experiment, records: Sequence[RunRecord] = ()) -> str:
    """The page."""
    with own_settings():
        frame = experiment.frame
        points, seeds = frame["point"].n_unique(), frame["seed"].n_unique()
        subtitle = (
            f"{count(frame.height, 'run')}: {count(points, 'point')}, {count(seeds, 'seed')}, {count(int(frame['steps'][0]), 'step')}"
        )
        sections = [_measure(experiment, name) for name in experiment.titles if name in set(experiment.differences["measure"])]
        beside = [side_by_side(records)] if records else []
        source = "the rows of its runs. The figures are in runs.parquet and differences.parquet beside it."
        return document(experiment.title, subtitle, [*beside, _runs(experiment), *sections, *_failed(experiment)], source=source)


def _runs(experiment: Experiment) -> Section:
    known = experiment.frame.filter(pl.col("error").is_null())
    chosen = DESK_MEASURES if experiment.titles is TITLES else experiment.titles
    shown = [name for name in chosen if name in known.columns]
    means = known.group_by("point", maintain_order=True).agg(pl.len(), *(pl.col(name).mean() for name in shown))
    rows = [(row["point"], count(row["len"]), *(_text(name, row[name]) for name in shown)) for row in means.iter_rows(named=True)]
    paired = "Points that are run with the same seed share their random numbers; differences are taken seed by seed."
    heads = ("Point", "Runs", *(experiment.titles[name] for name in shown))
    return Section("points", "Points", (paragraph(_contrasts(experiment), paired), table("Means over runs", heads, rows)))


def _contrasts(experiment: Experiment) -> str:
    named = experiment.differences.select("contrast", "of", "against").unique(maintain_order=True)
    told = [name if name == of else f"{name}: {of} minus {against}" for name, of, against in named.iter_rows()]
    reference = f" Each is set against {named['against'][0]}." if named.height and told[0] == named["contrast"][0] else ""
    return f"Contrasts: {'; '.join(told)}.{reference}" if told else "No two points have a seed in common with which both came to their end."


def _measure(experiment: Experiment, measure: str) -> Section:
    rows = experiment.differences.filter(measure=measure).to_dicts()
    pairs = [experiment.pairs(row["of"], row["against"], measure) for row in rows]
    intervals = [Interval(row["contrast"], row["mean"], row["low"], row["high"], of_row) for row, of_row in zip(rows, pairs, strict=True)]
    name = re.sub(r"[^a-z0-9]+", "-", measure.lower())
    figure = draw_differences(intervals, share=measure in SHARES)
    finding = " ".join(_sentence(measure, row) for row in rows)
    return Section(
        name, experiment.titles[measure], (chart(figure, name, finding, _READ), _table(experiment.titles[measure], measure, rows))
    )


def _sentence(measure: str, row: dict[str, Any]) -> str:
    return f"{row['contrast']}: {_text(measure, row['mean'], signed=True)}, {_interval(measure, row)}."


def _interval(measure: str, row: dict[str, Any]) -> str:
    ends = (row["low"], row["high"])
    return UNKNOWN if None in ends else " to ".join(_text(measure, end, signed=True) for end in ends)


def _table(title: str, measure: str, rows: list[dict[str, Any]]) -> Html:
    tested = any(row["margin"] is not None for row in rows)
    heads = ("Contrast", "Of", "Against", "Difference", "95 % interval", "p", "Seeds", *(["Margin", "p, within margin"] if tested else []))
    return table(f"{title}: differences, of minus against", heads, [tuple(_cells(measure, row, tested)) for row in rows])


def _cells(measure: str, row: dict[str, Any], tested: bool) -> Iterator[str]:
    yield row["contrast"]
    yield from (_text(measure, row[name]) for name in ("mean_of", "mean_against"))
    yield _text(measure, row["mean"], signed=True)
    yield _interval(measure, row)
    yield _probability(row["p_value"])
    yield count(row["seeds"])
    if tested:
        yield from (_text(measure, row["margin"]), _probability(row["p_equivalence"]))


def _failed(experiment: Experiment) -> list[Section]:
    rows = [(row["point"], str(row["seed"]), row["error"]) for row in experiment.errors.iter_rows(named=True)]
    heads = ("Point", "Seed", "Error")
    return [Section("failed", "Runs that failed", (table("Runs without measures", heads, rows, words=3),))] if rows else []


def _text(measure: str, value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return UNKNOWN
    return percent(value, 2, signed=signed) if measure in SHARES else number(value, 3, signed=signed)


def _probability(value: float | None) -> str:
    return UNKNOWN if value is None else "< 0.001" if value < 0.001 else number(value, 3)

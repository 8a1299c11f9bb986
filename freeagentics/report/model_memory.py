"""The report about a run of any Mesa model with memory: what agents were, did and remember."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.arrays import F64
from freeagentics.errors import RunFailed
from freeagentics.mesa_memory import EarlierRun
from freeagentics.mesa_memory.earlier_run import ClassFigures
from freeagentics.report.charts.columns import Course, draw_courses
from freeagentics.report.charts.figure import own_settings
from freeagentics.report.formatting import UNKNOWN, count, number
from freeagentics.report.page.document import document
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import pairs, table

MOST_ACTIONS = 20
"""Actions in the table, those that were most frequent."""


def save_memory_report(run: EarlierRun) -> Path:
    """Write ``report.html`` into the run directory; returns its path. Raises RunFailed where it cannot be written."""
    target = run.path / "report.html"
    try:
        draft = target.with_name(f"{target.name}.draft")
        draft.write_text(render_memory_report(run), encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        raise RunFailed(f"{target}: the report could not be written ({error.strerror}); the run itself is whole") from error
    return target


def render_memory_report(run: EarlierRun) -> str:
    """The page."""
    with own_settings():
        figures, memories = run.figures(), run.memory_frame()
        sections = [_result(run, figures), *_states(run), *_actions(memories)]
        return document(run.model, f"{count(run.last_step, 'step')} of a Mesa model with memory", sections, source="the run's journal.")


def _result(run: EarlierRun, figures: list[ClassFigures]) -> Section:
    tiles = (
        ("Steps", count(run.last_step)),
        ("Agents that remember, at the end", count(sum(one.agents for one in figures))),
        ("Memories made", count(sum(one.made for one in figures))),
        ("Memories kept", count(sum(one.kept for one in figures))),
    )
    rows = [
        (
            one.name,
            *map(count, (one.agents, one.made, one.kept, one.states)),
            _each(one.memory_bytes, one.made),
            str(one.memory_float32_bytes),
            _each(one.state_bytes, one.states),
            str(one.state_float32_bytes),
        )
        for one in figures
    ]
    heads = ("Class", "Agents", "Memories made", "Kept", "States", "Bytes a memory", "in float32", "Bytes a state", "in float32")
    about = (("Versions", str(run.about["versions"])), ("Run directory", str(run.path)))
    body = (pairs(tiles, class_="tiles"), table("Classes of agents", heads, rows), pairs(about, class_="about"))
    return Section("result", "Result", body)


def _each(size: int, number_of: int) -> str:
    return number(size / number_of, 1) if number_of else UNKNOWN


def _states(run: EarlierRun) -> Iterator[Section]:
    """A section for each class: how many there were, and numbers and booleans of their state over time."""
    seen: dict[str, list[tuple[float, F64]]] = defaultdict(list)
    for of, states in run.state_scan():
        seen[of.name].append((states.time, states.values))
    for name, steps in seen.items():
        reader = run.classes[name].reader
        numbers = [
            (feature.name, place.start)
            for feature, place in zip(reader.features, reader.places, strict=True)
            if feature.kind in ("number", "flag")
        ]
        courses = [_population(steps), *(_course(named, steps, column) for named, column in numbers)]
        last = [f"{course.name.lower()} {number(float(course.mean[-1]), 2)}" for course in courses]
        finding = f"At the end: {', '.join(last)}."
        figure = draw_courses(courses)
        yield Section(name, name, (paragraph(finding), chart(figure, name, finding, "Line: mean of agents. Band: their middle half.")))


def _population(steps: list[tuple[float, F64]]) -> Course:
    counts = np.array([len(values) for _, values in steps], dtype=np.float64)
    return Course("Agents", np.array([time for time, _ in steps]), counts, counts, counts)


def _course(name: str, steps: list[tuple[float, F64]], column: int) -> Course:
    known = [values[:, column][~np.isnan(values[:, column])] for _, values in steps]
    spread = [np.quantile(one, (0.25, 0.75)) if len(one) else np.full(2, np.nan) for one in known]
    mean = np.array([one.mean() if len(one) else np.nan for one in known])
    low, high = np.array(spread).T
    return Course(name, np.array([time for time, _ in steps]), mean, low, high)


def _actions(memories: pl.DataFrame) -> list[Section]:
    by_action = memories.group_by("class", "action").agg(
        pl.len(),
        pl.col("outcome").count().alias("known"),
        pl.col("outcome").mean().alias("mean"),
        pl.col("outcome").std().alias("deviation"),
    )
    shown = by_action.sort("len", descending=True).head(MOST_ACTIONS)
    rows = [
        (row["action"] or "none", row["class"], count(row["len"]), count(row["known"]), _number(row["mean"]), _number(row["deviation"]))
        for row in shown.iter_rows(named=True)
    ]
    heads = ("Action", "Class", "Memories", "With outcome", "Mean outcome", "Standard deviation")
    note = f"The {MOST_ACTIONS} most frequent of {count(by_action.height)} are shown." if by_action.height > MOST_ACTIONS else ""
    return (
        [Section("actions", "Actions and their outcomes", (paragraph(note), table("Memories by action", heads, rows, words=2)))]
        if rows
        else []
    )


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, 3)

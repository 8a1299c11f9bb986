"""Analytics by polars, as shipped, and by DuckDB over the same decisions, in turn: ``python benchmarks/analytics_engines.py``.

DuckDB is no dependency: ``pip install duckdb`` first. It is given them as a table of its own, which takes it no time here. A run of
``btc-replay`` is made once, and stands for many.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from freeagentics import run
from freeagentics.evaluation.run_decisions import run_decisions
from freeagentics.services.decision_figures import success_by

COUNTS = "count(*) AS decisions, count(success) AS judged, count(*) FILTER (WHERE success) AS successes"
BY_SOURCE = "(SELECT success, unnest(CASE WHEN len(sources) > 0 THEN sources ELSE [NULL] END) AS source FROM decisions)"
QUESTIONS: dict[str, tuple[tuple[str, ...], str | None, str, str]] = {
    "by role": (("role",), None, "role", "decisions"),
    "by run and role": (("run", "role"), None, "run, role", "decisions"),
    "by agent of each run": (("run", "agent"), None, "run, agent", "decisions"),
    "by trend, week by week": (("context.trend",), "1w", "\"context.trend\", date_trunc('week', timestamp)", "decisions"),
    "by source": (("sources",), None, "source", BY_SOURCE),
}
"""Columns, and a stretch of time, as `success_by` takes them; the same as expressions, and what they are of, in SQL."""


sql: Any = duckdb.sql


def main() -> None:
    """Print a table: of each question the median time of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="runs that the frame is of")
    parser.add_argument("--turns", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = run("btc-replay", steps=1_000, out=Path(folder) / "run").path
        began = time.perf_counter()
        one = run_decisions([path])
        reading = time.perf_counter() - began
    decisions = pl.concat([one.with_columns(run=pl.lit(f"run-{number:03d}")) for number in range(asked.runs)]).rechunk()
    with tempfile.TemporaryDirectory() as folder:
        decisions.write_parquet(file := Path(folder) / "decisions.parquet")
        sql(f"CREATE TABLE decisions AS FROM '{file}'")
    print(f"{len(decisions):,} decisions of {asked.runs} runs; one is read in {reading:.2f} s; median of {asked.turns} turns\n")
    print("| question | polars, ms | DuckDB, ms | polars / DuckDB |\n|---|---|---|---|")
    for name, (by, every, keys, rows) in QUESTIONS.items():
        query = " ".join(["SELECT", keys, ",", COUNTS, "FROM", rows, "GROUP BY ALL ORDER BY ALL"])
        print(_row(name, decisions, by, every, query, asked.turns))


def _row(name: str, decisions: pl.DataFrame, by: tuple[str, ...], every: str | None, query: str, turns: int) -> str:
    mine, theirs = success_by(decisions, by, every=every), sql(query).fetchall()
    counts = mine.select("decisions", "judged", "successes").rows()
    assert sorted(counts) == sorted(row[-3:] for row in theirs), f"{name}: answers differ"
    ways: tuple[Callable[[], object], ...] = (lambda: success_by(decisions, by, every=every), lambda: sql(query).fetchall())
    spent = [[_ms(way) for way in ways] for _ in range(turns)]
    ratios = [polars / duck for polars, duck in spent]
    polars, duck = (statistics.median(column) for column in zip(*spent, strict=True))
    return f"| {name} | {polars:.1f} | {duck:.1f} | {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"


def _ms(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()

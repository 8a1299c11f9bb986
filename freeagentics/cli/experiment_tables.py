"""Tables of an experiment on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freeagentics.cli.columns import aligned
from freeagentics.cli.streams import plain_console
from freeagentics.cli.summary import print_line
from freeagentics.experiments import Experiment
from freeagentics.experiments.measures import SHARES

_HEADS = ("measure", "of", "against", "difference", "95 % interval", "p", "")


def print_experiment(found: Experiment, page: Path | None) -> None:
    """Print a table of each contrast, the runs that failed, and where everything is."""
    console = plain_console()
    for rows in found.differences.partition_by("contrast", maintain_order=True):
        first = rows.row(0, named=True)
        console.print(
            f"{first['contrast']}: {first['of']} minus {first['against']}, {first['seeds']} seed{'' if first['seeds'] == 1 else 's'}",
            style="bold",
        )
        for line in aligned([_HEADS, *map(_cells, rows.to_dicts())]):
            console.print(line)
        console.print()
    if found.differences.is_empty():
        console.print("nothing to compare: no seed with which two points came to their end")
    for row in found.errors.iter_rows(named=True):
        print_line("failed", f"{row['point']}, seed {row['seed']}: {row['error']}")
    if page is not None:
        print_line("report", str(page))


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    measure, ends = row["measure"], (row["low"], row["high"])
    within = "" if row["margin"] is None else f"within {amount(measure, row['margin'])}: p {probability(row['p_equivalence'])}"
    return (
        measure,
        *(amount(measure, row[name]) for name in ("mean_of", "mean_against")),
        amount(measure, row["mean"], signed=True),
        "-" if None in ends else " to ".join(amount(measure, end, signed=True) for end in ends),
        probability(row["p_value"]),
        within,
    )


def amount(measure: str, value: float | None, *, signed: bool = False) -> str:
    """A value of a measure: in per cent where it is a share; a dash where there is none."""
    if value is None:
        return "-"
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.2f}%" if measure in SHARES else f"{value:{sign}.3f}"


def probability(value: float | None) -> str:
    """A p-value; a dash where there is none."""
    return "-" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"

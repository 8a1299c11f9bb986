"""``freeagentics bench``: measure, and print the tables."""

from __future__ import annotations

from typing import Annotated

import typer

from freeagentics.benchmarks import BENCHMARKS, run_benchmark


def bench_command(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=f"One of: {', '.join(BENCHMARKS)}; without a name, all.")] = "",
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs per row.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every measurement.")] = False,
) -> None:
    """Run benchmarks and print their tables."""
    for wanted in [name] if name else BENCHMARKS:
        table = run_benchmark(wanted, runs)
        typer.echo(table.to_json() if json else f"{table.markdown()}\n")

"""``freeagentics bench``: measure, and print the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.benchmarks import BENCHMARKS, known, run_benchmark

if TYPE_CHECKING:
    from freeagentics.benchmarks.table import Table


def bench_command(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=f"One of: {', '.join(BENCHMARKS)}; without a name, all.")] = "",
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs per row.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every measurement.")] = False,
) -> None:
    """Run benchmarks and print their tables."""
    wanted = [known(name)] if name else list(BENCHMARKS)
    for number, one in enumerate(wanted, 1):
        table = _measured(one, runs, f"({number} of {len(wanted)})")
        typer.echo(table.to_json() if json else f"{table.markdown()}\n")


def _measured(name: str, runs: int, place: str) -> Table:
    from freeagentics.cli.progress import Progress

    with Progress(f"{name} {place}") as progress:
        return run_benchmark(name, runs, lambda what, done, of: progress(f"{what} {place}", done, of))

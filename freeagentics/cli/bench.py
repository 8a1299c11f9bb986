"""``freeagentics bench``: measure, and print the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.benchmarks import BENCHMARKS, known, run_benchmark
from freeagentics.errors import BadInput

if TYPE_CHECKING:
    from freeagentics.benchmarks.table import Table


def bench_command(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=f"One of: {', '.join(BENCHMARKS)}; without a name, all.")] = "",
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs per row.")] = 3,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="PATH", help="Measure step_scaling beside another version, a checkout or a venv's freeagentics."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every measurement.")] = False,
) -> None:
    """Run benchmarks and print their tables."""
    if against is not None and name != "step_scaling":
        raise BadInput("--against compares step_scaling: freeagentics bench step_scaling --against PATH")
    wanted = [known(name)] if name else list(BENCHMARKS)
    for number, one in enumerate(wanted, 1):
        table = _measured(one, runs, against, f"({number} of {len(wanted)})")
        typer.echo(table.to_json() if json else f"{table.markdown()}\n")


def _measured(name: str, runs: int, against: Path | None, place: str) -> Table:
    from freeagentics.benchmarks.against import step_scaling_against
    from freeagentics.cli.progress import Progress

    with Progress(f"{name} {place}") as progress:
        if against is not None:
            return step_scaling_against(against, runs)
        return run_benchmark(name, runs, lambda what, done, of: progress(f"{what} {place}", done, of))

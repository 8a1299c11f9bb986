"""``freeagentics analytics``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import polars as pl


def analytics_command(
    run_dirs: Annotated[list[Path], typer.Argument(metavar="RUN_DIR...", help="Runs on record.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="Group by run, agent, role, type, sources, context.trend …; may be given again."),
    ] = None,
    every: Annotated[str | None, typer.Option("--every", metavar="TIME", help="And by stretches of market time, e.g. 1d or 1w.")] = None,
    value: Annotated[str | None, typer.Option("--value", metavar="COLUMN", help="With and without each of sources, or selected.")] = None,
    cost: Annotated[bool, typer.Option("--cost", help="What keeping the records of the first run costs, by store.")] = False,
    prices: Annotated[Path | None, typer.Option("--prices", metavar="FILE", help="A table of prices in TOML.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print rows as JSON, and nothing else there.")] = False,
) -> None:
    """Say how decisions fared, of many runs at once, or what it costs to keep them."""
    found = _cost(run_dirs[0], prices) if cost else _figures(run_dirs, by, every, value)
    if json:
        typer.echo(found.write_json())
    else:
        _print(found)


def _figures(run_dirs: list[Path], by: list[str] | None, every: str | None, value: str | None) -> pl.DataFrame:
    from freeagentics.evaluation.run_decisions import run_decisions
    from freeagentics.services.decision_figures import success_by, value_of

    decisions = run_decisions(run_dirs)
    return success_by(decisions, by or ["role"], every=every) if value is None else value_of(decisions, value)


def _cost(run_dir: Path, prices: Path | None) -> pl.DataFrame:
    from freeagentics.evaluation.run_load import run_cost
    from freeagentics.records import RunRecord
    from freeagentics.services.prices import Prices

    return run_cost(RunRecord(run_dir), None if prices is None else Prices.load(prices))


def _print(found: pl.DataFrame) -> None:
    from freeagentics.cli.columns import aligned
    from freeagentics.cli.streams import plain_console

    console = plain_console()
    for line in aligned([tuple(name.replace("_", " ") for name in found.columns), *_rows(found)]):
        console.print(line)


def _rows(found: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    for row in found.iter_rows():
        yield tuple(map(_cell, row))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)

"""``freeagentics facts``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.cli.columns import aligned

if TYPE_CHECKING:
    import polars as pl

_HEADS = ("figure", "value", "95 % interval", "real bars", "median", "")


def facts_command(
    name: Annotated[str, typer.Argument(metavar="RUN_DIR|SCENARIO", help="A run on record, or a scenario to run for it.")],
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="BARS", help="Name or path of real bars; may be given again. By default those that ship."),
    ] = None,
    symbol: Annotated[str | None, typer.Option("--symbol", help="The asset to judge; by default the first.")] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Steps to run a scenario for, instead of its own.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed to run a scenario with, instead of its own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all figures as one JSON object, and nothing else there.")] = False,
) -> None:
    """Hold the bars of a run against real ones: the stylised facts of returns, figure by figure."""
    from freeagentics.cli.progress import Progress
    from freeagentics.experiments import facts

    with Progress(f"judging {name}", quiet=json) as progress:
        bars = facts.observed(name, steps=steps, seed=seed, progress=progress)
        progress("computing figures", 0, 0)
        series = facts.Series.of(bars, _asset(bars.symbols, symbol))
        judged = facts.judge(series, against or facts.SHIPPED)
    if json:
        import json as encoder

        typer.echo(encoder.dumps({"bars": len(bars), "figures": judged.to_dicts(), "facts": facts.by_fact(judged).to_dicts()}, indent=2))
    else:
        _print(judged, facts.by_fact(judged), len(series))


def _asset(symbols: Sequence[str], symbol: str | None) -> int:
    from freeagentics.errors import BadInput, did_you_mean

    if symbol is not None and symbol not in symbols:
        raise BadInput(f"--symbol {symbol}: there is none; {did_you_mean(symbol, symbols)}")
    return 0 if symbol is None else list(symbols).index(symbol)


def _print(judged: pl.DataFrame, facts: pl.DataFrame, bars: int) -> None:
    from freeagentics.cli.streams import plain_console

    console = plain_console()
    for line in _lines(judged, facts):
        console.print(line, style="bold" if line and not line.startswith(" ") else None)
    inside = (judged["verdict"] == "inside").sum()
    holding = (facts["verdict"] == "holds").sum()
    console.print(
        f"{inside} of {judged.height} figures lie within those of real bars, {holding} of {facts.height} facts hold; {bars:,} returns"
    )


def _lines(judged: pl.DataFrame, facts: pl.DataFrame) -> Iterator[str]:
    """The table: a head for each fact, and its figures below."""
    rows = [_HEADS, *map(_cells, judged.to_dicts())]
    head, *lines = aligned([(f"  {first}", *rest) for first, *rest in rows])
    yield head
    of = judged["fact"].to_list()
    verdicts = dict(zip(facts["fact"], facts["verdict"], strict=True))
    for place, line in enumerate(lines):
        if not place or of[place] != of[place - 1]:
            yield f"{of[place]}: {verdicts[of[place]]}"
        yield line


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    def number(name: str) -> str:
        return f"{row[name]:.3f}"

    return (
        str(row["figure"]),
        number("value"),
        f"{number('low')} to {number('high')}",
        f"{number('real_low')} to {number('real_high')}",
        number("real_median"),
        str(row["verdict"]),
    )

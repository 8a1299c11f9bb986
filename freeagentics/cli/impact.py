"""``freeagentics impact``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.cli.columns import aligned
from freeagentics.cli.options import scenario_completion

if TYPE_CHECKING:
    from freeagentics.experiments.impact import Impact


def impact_command(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or path of a TOML file.", autocompletion=scenario_completion)
    ],
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="X[,X]", help="Sizes of the order, in what the crowd usually trades in a bar.")
    ] = "0.05,0.1,0.2,0.5,1,2",
    side: Annotated[str, typer.Option("--side", metavar="buy|sell", help="Whether it is bought or sold.")] = "buy",
    bars: Annotated[int, typer.Option("--bars", metavar="N", min=1, help="Bars that it is worked over.")] = 1,
    at: Annotated[int, typer.Option("--at", metavar="N", min=2, help="Step whose bar it begins in.")] = 24,
    after: Annotated[int, typer.Option("--after", metavar="N", min=1, help="Bars that are watched after it.")] = 24,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", min=1, help="Seeds, from the scenario's own on.")] = 10,
    crowd: Annotated[
        bool, typer.Option("--crowd", help="Have the crowd trade alone: desks do nothing, which is many times as fast.")
    ] = False,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting of all runs.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all paths as one JSON object, and nothing else there.")] = False,
) -> None:
    """Measure what a large order does to the price: its path against the same market without the order, by size."""
    from typing import Any, cast

    from freeagentics.cli.progress import Progress
    from freeagentics.experiments.impact import Order, impact
    from freeagentics.scenario.files import load_scenario, parse_override

    order = Order(cast(Any, _one_of(side)), bars, at, after)
    loaded = load_scenario(scenario, dict(parse_override(text) for text in settings or []))
    with Progress(f"trading {scenario}", quiet=json) as progress:
        found = impact(loaded, _numbers(sizes), seeds, order, crowd_alone=crowd, progress=progress)
    if json:
        _print_json(found)
    else:
        _print(found, seeds)


def _one_of(side: str) -> str:
    from freeagentics.errors import BadInput

    if side not in ("buy", "sell"):
        raise BadInput(f"--side {side}: give buy or sell")
    return side


def _numbers(text: str) -> list[float]:
    from freeagentics.errors import BadInput

    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadInput(f"--sizes {text}: give numbers, e.g. --sizes 0.1,1") from error


def _print_json(found: Impact) -> None:
    import json

    power = dict(zip(("value", "low", "high"), found.exponent(), strict=True))
    typer.echo(json.dumps({"sizes": found.size_frame().to_dicts(), "exponent": power, "paths": found.path_frame().to_dicts()}, indent=2))


def _print(found: Impact, seeds: int) -> None:
    from freeagentics.cli.streams import plain_console

    console, order = plain_console(), found.order
    heads = ("size", "at its end, bp", "95 % interval", f"{order.after} bars later", "95 % interval", "given back", "95 % interval")
    rows = [
        (
            f"{row['size']:g}",
            *(cell for name in ("end", "later") for cell in (f"{row[name]:.1f}", f"{row[f'{name}_low']:.1f} to {row[f'{name}_high']:.1f}")),
            f"{row['given_back']:.0%}",
            f"{row['given_back_low']:.0%} to {row['given_back_high']:.0%}",
        )
        for row in found.size_frame().iter_rows(named=True)
    ]
    for line in aligned([heads, *rows]):
        console.print(line)
    value, low, high = found.exponent()
    console.print(
        f"an order to {order.side} over {order.bars} bar{'s' * (order.bars > 1)}, {seeds} seed{'s' * (seeds > 1)}; "
        f"impact grows with size to the power {value:.2f} ({low:.2f} to {high:.2f}); 0.5 is the square-root law"
    )

"""``freeagentics bars``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from freeagentics.market import Bars


def bars_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Bars as you have them: text of any kind, .gz or .zip of it, or .parquet.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE.parquet", help="Write them as a file that is read at once.")] = None,
    zone: Annotated[str | None, typer.Option("--tz", metavar="ZONE", help="Time zone of times that tell none; otherwise UTC.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON object, and nothing else there.")] = False,
) -> None:
    """Read bars from a file as people have them, and say what each column was taken for."""
    from freeagentics.cli.streams import plain_console
    from freeagentics.market import read_bars

    bars, said = read_bars(file, zone=zone)
    if to is not None:
        _write(bars, to)
        said += (("written", str(to)),)
    if json:
        import json as encoder

        typer.echo(encoder.dumps([{"about": about, "found": words} for about, words in said], indent=2))
    else:
        for line in lines(said):
            plain_console().print(line)


def lines(said: tuple[tuple[str, str], ...]) -> list[str]:
    """Words about a file, a line each."""
    return [f"{about:16} {words}" for about, words in said]


def _write(bars: Bars, path: Path) -> None:
    from freeagentics.errors import BadInput

    if path.suffix.lower() != ".parquet":
        raise BadInput(f"--to {path}: give a file that ends in .parquet")
    try:
        bars.frame().write_parquet(path)
    except OSError as error:
        raise BadInput(f"--to {path}: cannot be written ({error.strerror or error})") from error

"""The first lines of a .csv file, looked at where it could not be read: what is wrong with them, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

_ARCHIVE = "timestamp,open,high,low,close,volume,close_time,quote_volume,trades,taker_buy_volume,taker_buy_quote_volume,ignore"
"""Columns of the archives of candles that exchanges give away, which have no header."""

_SHOWN = 60
"""Characters of a line that are shown."""


def header_problem(path: Path, needed: Sequence[str]) -> str:
    """Fault of a header in words, or nothing where it is one."""
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = [line.strip("\ufeff\r\n ") for line in islice(file, 2)]
    first, second = [*lines, "", ""][:2]
    if "://" in first:
        return f"its first line is an address, {_short(first)}; delete that line, so that the header comes first"
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if first.count(mark) > first.count(","):
            return f"its columns are separated by {name}; write commas between them (and points in decimal numbers)"
    cells = first.split(",")
    if sum(map(_is_number, cells)) > len(cells) / 2:
        header = _ARCHIVE if len(cells) == _ARCHIVE.count(",") + 1 else ",".join(needed)
        return f"it has no header, its first line is data ({_short(first)}); write one above it, here: {header}"
    if second and not any(map(_is_number, second.split(","))):
        return f"it has two lines of headers, the second is {_short(second)}; leave one, with {', '.join(needed)}"
    return ""


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip('" '))
    except ValueError:
        return False
    return True


def _short(line: str) -> str:
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"

"""Tables in text files: what separates their columns, which lines stand above them, and whether those have names."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import polars as pl
from polars.exceptions import PolarsError

from freeagentics.errors import BadBars

SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".zip")
"""Kinds of files that are read as text; a .zip has one of the others in it."""

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
"""Marks that may stand between columns, in words; tried in this order, for a comma may also stand in decimal numbers."""

_LOOKED_AT = 40
"""Lines at the beginning of a file by which the whole is recognised."""

_NUMBER = re.compile(r"[-+]?[$€£]?[\d.,' ]*\d[\d.,]*([eE][-+]?\d+)?[KMB%]?")


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """A table as its file has it.

    Attributes:
        frame: all rows as text, with names as they stand in the file, or ``column_1`` and so on.
        named: whether it has a line of names.
        separator: what stands between columns, in words.
        passed: lines above the first row that are neither names nor data.
    """

    frame: pl.DataFrame
    named: bool
    separator: str
    passed: tuple[str, ...]


def read_text_table(path: Path) -> TextTable:
    """Read a text file. Raises BadBars where it cannot be read, or is no table."""
    lines = [line for line in _text(path).splitlines() if line.strip()]
    head = lines[:_LOOKED_AT]
    separator = _separator(head)
    width = _columns(head[len(head) // 2 :], separator)
    above = next((place for place, line in enumerate(head) if not _stands_above(line, separator, width)), len(head))
    if above == len(lines):
        raise BadBars(f"{path}: is not a readable {path.suffix} file (no rows of columns in it)")
    names = _cells(lines[above], separator)
    named = 2 * sum(map(is_number, names)) < len(names) and not is_number(names[0])
    first = above + named
    more = next((place for place, line in enumerate(lines[first:]) if any(map(is_number, _cells(line, separator)))), 0) if named else 0
    frame = _frame(path, lines[first + more :], separator)
    if named:
        names = _without_gaps(names, [_cells(line, separator) for line in lines[first : first + more]], frame.width)
        frame = frame.rename(dict(zip(frame.columns, _told_apart(names), strict=False)))
    return TextTable(frame, named, SEPARATORS[separator], (*lines[:above], *lines[first : first + more]))


def is_number(cell: str) -> bool:
    """Answer whether a cell is a number in any of the ways in which people write them, or a time in digits."""
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text)) or bool(re.match(r"\d{1,4}[-./:]\d", text))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".zip":
            content = _unzipped(path)
        elif path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadBars(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    content = content.removeprefix(BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unzipped(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if not name.endswith("/")]
        if len(inside) != 1:
            raise BadBars(f"{path}: it has {len(inside)} files in it; give an archive of one")
        return archive.read(inside[0])


def _separator(head: Sequence[str]) -> str:
    body = head[len(head) // 2 :]
    return next((mark for mark in SEPARATORS if body and median(line.count(mark) for line in body) >= 1), ",")


def _columns(lines: Sequence[str], separator: str) -> int:
    return round(median(len(_cells(line, separator)) for line in lines)) if lines else 0


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in next(csv.reader([line], delimiter=separator))]


def _stands_above(line: str, separator: str, width: int) -> bool:
    """Answer whether a line is a remark: an address, a comment, or one with fewer than half of the columns."""
    return "://" in line or line.startswith("#") or 2 * len(_cells(line, separator)) < width


def _without_gaps(names: list[str], below: Sequence[list[str]], width: int) -> list[str]:
    """Names of all columns; the first is what a second line of names calls it, where that has a name for this one alone."""
    for cells in below:
        if cells[0] and not any(cells[1:]):
            names = [cells[0], *names[1:]]
    return (names + [f"column_{place}" for place in range(len(names) + 1, width + 1)])[:width]


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of which no two are the same: the later ones of a name say so."""
    told: list[str] = []
    for name in names:
        told.append(name if name not in told else f"{name}_duplicated_{told.count(name)}")
    return told


def _frame(path: Path, lines: Sequence[str], separator: str) -> pl.DataFrame:
    if not lines:
        raise BadBars(f"{path}: has no rows; at least two are needed")
    try:
        table = io.BytesIO("\n".join(lines).encode())
        return pl.read_csv(table, separator=separator, has_header=False, infer_schema=False)
    except PolarsError as error:
        raise BadBars(f"{path}: is not a readable table ({str(error).splitlines()[0]})") from error

"""Reading of a file of bars: what every column was taken for, and what was done to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import polars as pl

from freeagentics.arrays import I64, Mask
from freeagentics.errors import BadBars, BadInput
from freeagentics.market.bar_files.meanings import meanings
from freeagentics.market.bar_files.moments import Moments, in_zone
from freeagentics.market.bar_files.numerals import decimal_comma, plain_numbers
from freeagentics.market.bar_files.text_table import SUFFIXES, read_text_table
from freeagentics.market.bar_files.without_names import guessed_names
from freeagentics.market.names import in_brackets
from freeagentics.market.table_file import TableFile, read_parquet

PRICES = ("open", "high", "low", "close")

_NOT_NUMBERS = ("timestamp", "symbol")

Said = tuple[tuple[str, str], ...]
"""Words about a file, in pairs: what they are about, and what was found."""


_PARQUET: Said = (("file", "Parquet"),)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A file of bars as it was understood.

    Attributes:
        sheet: its rows, oldest first, with columns named by what they mean.
        times: market time of each row, int64 (n,).
        said: what each column was taken for, and what was done to the rows.
    """

    sheet: TableFile
    times: I64
    said: Said


def read_bar_file(path: Path, zone: str | None = None) -> Reading:
    """Read a file of bars, as a table of text or Parquet.

    Args:
        path: the file.
        zone: name of the time zone, e.g. ``Europe/Berlin``, of times that tell none; None takes them as UTC.

    Raises:
        BadBars: it cannot be read, what is needed is not there, or a cell is not what its column was taken for.
        BadInput: there is no such zone.
    """
    sheet, found, said = _recognised(path)
    sheet, found, joined = _joined_times(sheet, found)
    times, form = _times(sheet, found["timestamp"], _checked_zone(zone))
    said += tuple((meaning, joined or f"{column}, {form}" if meaning == "timestamp" else column) for meaning, column in found.items())
    unused = [column for column in sheet.frame.columns if column not in found.values() and column not in joined]
    said += (("left out", ", ".join(unused)),) if unused else ()
    sheet = replace(sheet, frame=sheet.frame.select(pl.col(column).alias(meaning) for meaning, column in found.items()))
    sheet, about_volume = _with_volume(sheet)
    return _in_order(_without_empty_rows(Reading(sheet, times, said + about_volume)))


def _recognised(path: Path) -> tuple[TableFile, dict[str, str], Said]:
    """The table, its columns by meaning, and what was found of its form."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        sheet, said = read_parquet(path), _PARQUET
        found = meanings(sheet.frame.columns)
    elif suffix in SUFFIXES:
        sheet, found, said = _recognised_text(path)
    else:
        raise BadBars(f"{path}: files of kind {path.suffix!r} are not read; give .parquet, {', '.join(SUFFIXES)}")
    missing = [f"{name}{in_brackets(name, sheet.frame.columns)}" for name in ("timestamp", *PRICES) if name not in found]
    if missing:
        raise BadBars(f"{path}: missing columns {', '.join(missing)}; it has {', '.join(sheet.frame.columns)}: rename them in the file")
    return sheet, found, said


def _recognised_text(path: Path) -> tuple[TableFile, dict[str, str], Said]:
    table = read_text_table(path)
    frame = table.frame
    if frame.is_empty():
        raise BadBars(f"{path}: has no rows; at least two are needed")
    said: Said = (("file", f"text, columns separated by {table.separator}"),)
    if not table.named:
        names = guessed_names(frame, _as_numbers(frame, table.separator))
        if names is None:
            raise BadBars(
                f"{path}: it has no line of names, and what its {frame.width} columns are cannot be told; write one above it, e.g. "
                f"{table_header(frame.width)}"
            )
        said += (("names", f"none in the file; its {frame.width} columns are taken for {', '.join(names)}"),)
        frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    _check_twins(path, frame.columns)
    if table.passed:
        said += (("passed over", f"{len(table.passed)} lines above the rows, the first: {table.passed[0][:60]}"),)
    found = meanings(frame.columns)
    counted = [column for meaning, column in found.items() if meaning not in _NOT_NUMBERS]
    comma = bool(counted) and decimal_comma([frame[column] for column in counted], table.separator)
    said += (("numbers", "with a decimal comma"),) if comma else ()
    frame = frame.with_columns(plain_numbers(frame[column], comma=comma) for column in counted)
    return TableFile(path, frame, np.arange(1, frame.height + 1, dtype=np.int64)), found, said


def table_header(columns: int) -> str:
    """A line of names for so many columns."""
    return ",".join(("timestamp", *PRICES, "volume", *(f"other_{place}" for place in range(1, columns)))[: max(columns, 6)])


def _as_numbers(frame: pl.DataFrame, separator: str) -> np.ndarray:
    comma = decimal_comma(frame.get_columns()[1:], separator)
    return np.stack([plain_numbers(cells, comma=comma).cast(pl.Float64, strict=False).to_numpy() for cells in frame], axis=1)


def _check_twins(path: Path, columns: Sequence[str]) -> None:
    """Raise BadBars where two columns have one name, or names that differ in capitals only."""
    seen: dict[str, str] = {}
    for column in columns:
        name, doubled, _ = column.partition("_duplicated_")
        if doubled:
            raise BadBars(f"{path}: it has two columns {name!r}; leave one")
        if (twin := seen.setdefault(column.strip().lower(), column)) != column:
            raise BadBars(f"{path}: columns {twin!r} and {column!r} differ in capitals only; leave one")


def _joined_times(sheet: TableFile, found: dict[str, str]) -> tuple[TableFile, dict[str, str], str]:
    """Dates and times of day that stand in two columns, in one; and which these were, in words."""
    simple = {column.strip("<> ").lower(): column for column in sheet.frame.columns}
    if found["timestamp"] not in (simple.get("date"), simple.get("time")) or not {"date", "time"} <= simple.keys():
        return sheet, found, ""
    date, time = (sheet.frame[simple[name]].cast(pl.String).str.strip_chars() for name in ("date", "time"))
    if date.str.contains(":", literal=True).any():
        return sheet, {**found, "timestamp": simple["date"]}, ""
    joined = pl.select((date + " " + time).alias("date and time")).to_series()
    words = f"{simple['date']} and {simple['time']} together"
    return replace(sheet, frame=sheet.frame.with_columns(joined)), {**found, "timestamp": "date and time"}, words


def _checked_zone(zone: str | None) -> str | None:
    try:
        return zone if zone is None else ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(f"--tz {zone}: no such time zone; give a name like Europe/Berlin or America/New_York") from error


def _times(sheet: TableFile, column: str, zone: str | None) -> tuple[I64, str]:
    """Market time of every row, and how the column tells it, in words."""
    cells = sheet.frame[column]
    sheet.fail_where(cells.is_null().to_numpy(), column, "is empty; every row needs a time")
    if cells.dtype != pl.String or (whole := cells.str.strip_chars().str.strip_suffix(".0").cast(pl.Int64, strict=False)).has_nulls():
        if cells.dtype == pl.String:
            return _written_times(sheet, column, zone)
        return _typed_times(sheet, column, zone)
    return replace(sheet, frame=sheet.frame.with_columns(whole)).times(column), "whole numbers"


def _typed_times(sheet: TableFile, column: str, zone: str | None) -> tuple[I64, str]:
    """Times of a Parquet file's own types."""
    times, kind = sheet.times(column), sheet.frame[column].dtype
    if isinstance(kind, pl.Datetime) and kind.time_zone is None:
        return _placed(sheet, column, times, np.zeros(len(times), dtype=np.bool_), zone)
    return times, str(kind)


def _written_times(sheet: TableFile, column: str, zone: str | None) -> tuple[I64, str]:
    moments = Moments.read(sheet.frame[column])
    sheet.fail_where(moments.wrong, column, moments.problem)
    times, words = _placed(sheet, column, moments.times, moments.zoned, zone)
    return times, f"{moments.form}, {words}" if words else moments.form


def _placed(sheet: TableFile, column: str, times: I64, zoned: Mask, zone: str | None) -> tuple[I64, str]:
    """Times (n,) in UTC, of which some tell their zone already, and where they were, in words."""
    if zoned.all():
        return times, "with their zone"
    if not (times % 86_400_000).any():
        return times, "days, which begin at midnight UTC"
    if zone is None:
        return times, "taken as UTC"
    moved, missing = in_zone(times, zone)
    sheet.fail_where(missing & ~zoned, column, f"{{value}} was never the time in {zone}: clocks went forward over it")
    return np.where(zoned, times, moved), f"in the time of {zone}"


def _with_volume(sheet: TableFile) -> tuple[TableFile, Said]:
    """The table with a volume in every row, 0 where the file has none."""
    if "volume" not in sheet.frame.columns:
        said: Said = (("volume", "not in the file, taken as 0: no impact can be computed"),)
        return replace(sheet, frame=sheet.frame.with_columns(volume=pl.lit(0.0))), said
    cells = sheet.frame["volume"]
    empty = cells.is_null() | (cells.cast(pl.String).str.strip_chars() == "-").fill_null(False)
    if not empty.any():
        return sheet, ()
    filled = pl.select(pl.when(empty).then(pl.lit("0").cast(cells.dtype)).otherwise(cells).alias("volume")).to_series()
    return replace(sheet, frame=sheet.frame.with_columns(filled)), (("volume", f"{np.count_nonzero(empty):,} empty cells, taken as 0"),)


def _without_empty_rows(reading: Reading) -> Reading:
    """Leave out rows in which no price is known, and those that repeat the row before, and say which."""
    sheet, frame = reading.sheet, reading.sheet.frame
    unknown = [pl.col(name).is_null() | (pl.col(name).cast(pl.String).str.to_lowercase() == "nan") for name in PRICES]
    empty = frame.select(pl.all_horizontal(unknown)).to_series().to_numpy()
    repeated = ~empty & np.append(False, np.diff(reading.times) == 0) & _as_before(frame)
    said = _left_out(sheet, empty, "no prices in them") + _left_out(sheet, repeated, "the same as the row before")
    kept = ~(empty | repeated)
    return Reading(sheet.take(kept), reading.times[kept], reading.said + said)


def _as_before(frame: pl.DataFrame) -> Mask:
    """Rows that are the one before once more, (n,)."""
    same = frame.select(pl.all_horizontal(pl.all().eq_missing(pl.all().shift(1)))).to_series()
    return same.fill_null(False).to_numpy()


def _left_out(sheet: TableFile, which: Mask, why: str) -> Said:
    count = int(which.sum())
    return (("rows left out", f"{count:,}, {why}; the first is row {sheet.rows[int(np.argmax(which))]}"),) if count else ()


def _in_order(reading: Reading) -> Reading:
    """Turn the rows round where the newest stands first."""
    symbol = reading.sheet.frame["symbol"] if "symbol" in reading.sheet.frame.columns else pl.lit("")
    steps = pl.DataFrame({"time": reading.times}).select(pl.col("time").diff().over(symbol)).to_series().drop_nulls()
    if not len(steps) or (steps >= 0).any():
        return reading
    sheet = reading.sheet
    turned = TableFile(sheet.path, sheet.frame.reverse(), sheet.rows[::-1])
    return Reading(turned, reading.times[::-1].copy(), (*reading.said, ("rows", "the newest stood first; turned round")))

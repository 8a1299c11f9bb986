"""A table file as read: rows that remember where they stood, and columns parsed to numbers and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from freeagentics.arrays import F64, I64, Mask
from freeagentics.errors import BadBars
from freeagentics.market.bar_files.text_table import SUFFIXES, read_text_table
from freeagentics.market.epochs import Epochs
from freeagentics.market.names import in_brackets

_TIMES = {"date", "datetime", "time", "open_time", "open time", "unix", "timestamp_ms"}
"""What files call their timestamps."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class TableFile:
    """Some rows of a file.

    Attributes:
        path: the file.
        frame: its rows, as read (all text where it is a .csv).
        rows: int64 (n,), the data row of each in the file, counted from 1.
    """

    path: Path
    frame: pl.DataFrame
    rows: I64

    def fail(self, index: int, column: str, problem: str) -> NoReturn:
        """Raise `BadBars` for one cell."""
        raise BadBars(f"{self.path}, row {self.rows[index]}, column {column}: {problem}")

    def fail_where(self, wrong: Mask, column: str, problem: str) -> None:
        """Raise `BadBars` for the first row, if any, that is wrong; ``{value}`` in *problem* becomes its cell."""
        if wrong.any():
            index = int(np.argmax(wrong))
            self.fail(index, column, problem.format(value=self.frame[column][index]))

    def take(self, keep: Mask) -> TableFile:
        """The rows where *keep* is set, still knowing their numbers."""
        return TableFile(self.path, self.frame.filter(pl.Series(keep)), self.rows[keep])

    def numbers(self, column: str) -> F64:
        """A column as float64 (n,), NaN where the file has nothing; raises `BadBars` for text that is no number."""
        cells = self.frame[column]
        if not (cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Null)):
            self.fail(0, column, f"holds {cells.dtype}; a number is needed")
        parsed = cells.cast(pl.Float64, strict=False)
        self.fail_where((parsed.is_null() & cells.is_not_null()).to_numpy(), column, "{value!r} is not a number")
        return parsed.fill_null(float("nan")).to_numpy()

    def times(self, column: str = "timestamp") -> I64:
        """A column as market time, int64 (n,): from dates and times (naive ones are UTC), ISO text, or whole numbers, see `Epochs`."""
        cells = self.frame[column]
        self.fail_where(cells.is_null().to_numpy(), column, "is empty; every row needs a time")
        if cells.dtype in (pl.Datetime, pl.Date):
            return cells.cast(pl.Datetime("ms", getattr(cells.dtype, "time_zone", None))).dt.timestamp("ms").to_numpy()
        if cells.dtype == pl.String:
            whole = cells.cast(pl.Int64, strict=False)
            if whole.has_nulls():
                return self._iso_times(column)
            cells = whole
        if not cells.dtype.is_integer():
            self.fail(0, column, f"holds {cells.dtype}; give dates and times, ISO text, or whole seconds or milliseconds since 1970")
        found = Epochs.read(cells.cast(pl.Int64).to_numpy())
        self.fail_where(found.wrong, column, found.problem)
        return found.times

    def _iso_times(self, column: str) -> I64:
        times = np.empty(len(self.rows), dtype=np.int64)
        for index, text in enumerate(self.frame[column]):
            try:
                moment = datetime.fromisoformat(text.strip())
            except ValueError:
                self.fail(index, column, f"{text!r} is not a time; write it like 2022-05-09T14:00:00Z")
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            times[index] = round((aware - _EPOCH).total_seconds() * 1000)
        return times


def read_parquet(path: Path) -> TableFile:
    """All rows of a .parquet file. Raises BadBars where it cannot be read, or has none."""
    try:
        frame = pl.read_parquet(path, glob=False)
    except OSError as error:
        raise BadBars(f"{path}: cannot be read ({error.strerror or error})") from error
    except PolarsError as error:
        raise BadBars(f"{path}: is not a readable .parquet file ({str(error).splitlines()[0]})") from error
    if frame.is_empty():
        raise BadBars(f"{path}: has no rows; at least two are needed")
    return TableFile(path, frame, np.arange(1, frame.height + 1, dtype=np.int64))


def read_table_file(path: Path, needed: Sequence[str]) -> TableFile:
    """All rows of a .parquet or a text file, its columns in lower case.

    Raises:
        BadBars: another kind of file, one that cannot be read, one that lacks a needed column, or one without rows.
    """
    kind = path.suffix.lower()
    if kind not in (".parquet", *SUFFIXES):
        raise BadBars(f"{path}: files of kind {path.suffix!r} are not read; give .parquet or .csv")
    sheet = read_parquet(path) if kind == ".parquet" else _of_text(path)
    frame = sheet.frame.rename(_lower_case(path, sheet.frame.columns))
    missing = [f"{name}{_meant(name, set(frame.columns) - set(needed))}" for name in needed if name not in frame.columns]
    if missing:
        raise BadBars(f"{path}: missing columns {', '.join(missing)}; needed are {', '.join(needed)}")
    return TableFile(path, frame, sheet.rows)


def _of_text(path: Path) -> TableFile:
    frame = read_text_table(path).frame
    if frame.is_empty():
        raise BadBars(f"{path}: has no rows; at least two are needed")
    return TableFile(path, frame, np.arange(1, frame.height + 1, dtype=np.int64))


def _lower_case(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Names in lower case, by those in the file. Raises BadBars where two would be the same."""
    names: dict[str, str] = {}
    for column in columns:
        name = column.strip().lower()
        if name in names.values():
            twin = next(other for other, lower in names.items() if lower == name)
            raise BadBars(f"{path}: columns {twin!r} and {column!r} differ in capitals only; leave one")
        names[column] = name
    return names


def _meant(name: str, others: set[str]) -> str:
    """Name the one of *others* that may be the missing column."""
    times = sorted(others & _TIMES) if name == "timestamp" else []
    return f" (did you mean {times[0]}?)" if times else in_brackets(name, others)

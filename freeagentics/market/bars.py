"""Bars: what a market did in equal stretches of time, and how a file of them is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl

from freeagentics.arrays import F64, I64, Mask, readonly
from freeagentics.clock import duration, iso
from freeagentics.errors import BadBars
from freeagentics.market.bar_files.reading import Said, read_bar_file
from freeagentics.market.bars_checks import check_cells, check_order
from freeagentics.market.names import SHIPPED_BARS, in_brackets, locate
from freeagentics.market.table_file import TableFile

PRICES = ("open", "high", "low", "close")
EXTRAS = ("trades", "taker_buy_volume", "quote_volume", "whale_count")


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars of one or more assets over the same times; T bars, A assets; all arrays are read-only.

    Attributes:
        symbols: the assets' names.
        timestamps: int64 (T,), market time of each bar's open; rising, gaps allowed.
        interval_ms: length of a bar: the smallest spacing.
        open, high, low, close: float64 (T, A), in the quote currency.
        volume: float64 (T, A), in the base currency; may be 0.
        extras: float64 (T, A) by name, those present of trades, taker_buy_volume, quote_volume, whale_count.
    """

    symbols: tuple[str, ...]
    timestamps: I64
    interval_ms: int
    open: F64
    high: F64
    low: F64
    close: F64
    volume: F64
    extras: Mapping[str, F64]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, field.name, readonly(value))
        extras = {name: readonly(value) for name, value in self.extras.items()}
        object.__setattr__(self, "extras", MappingProxyType(extras))

    def __len__(self) -> int:
        return len(self.timestamps)

    def closed(self, row: int) -> int:
        """Market time at which a bar closed."""
        return int(self.timestamps[row]) + self.interval_ms

    def frame(self) -> pl.DataFrame:
        """A long table as files of bars have it: symbol, timestamp (UTC), prices, volume, extras; all of an asset, then the next."""
        times = pl.Series("timestamp", self.timestamps).cast(pl.Datetime("ms", "UTC"))
        cells = {name: getattr(self, name) for name in (*PRICES, "volume")} | dict(self.extras)
        tables = [
            pl.DataFrame({"symbol": [name] * len(self), "timestamp": times} | {column: cell[:, place] for column, cell in cells.items()})
            for place, name in enumerate(self.symbols)
        ]
        return pl.concat(tables)

    def head(self, count: int) -> Bars:
        """The first *count* bars, of the same interval."""
        return self.rows(0, count)

    def rows(self, first: int, end: int) -> Bars:
        """Bars from *first* to before *end*, of the same interval."""
        arrays = {name: getattr(self, name)[first:end] for name in ("timestamps", *PRICES, "volume")}
        extras = {name: value[first:end] for name, value in self.extras.items()}
        return Bars(symbols=self.symbols, interval_ms=self.interval_ms, extras=extras, **arrays)


def load_bars(name_or_path: str | Path, symbols: Sequence[str] | None = None, zone: str | None = None) -> Bars:
    """Bars from a shipped file's name or from a file of one's own, checked; see `read_bars`.

    Args:
        name_or_path: one of `SHIPPED_BARS`, or a file.
        symbols: the assets wanted, in that order; None takes all, in the order of the file.
        zone: the time zone of times that tell none; None takes them as UTC.

    Raises:
        BadBars: names the file and, where it can, the row (counted from 1) and the column.
        BadInput: there is no such zone.
    """
    return read_bars(name_or_path, symbols, zone)[0]


def read_bars(name_or_path: str | Path, symbols: Sequence[str] | None = None, zone: str | None = None) -> tuple[Bars, Said]:
    """Bars from a file, checked, and in words how its columns were taken.

    The file has a time of each bar's open, open, high, low, close, and perhaps volume, in whatever way people write them. A column of
    symbols makes it a long table of several assets, which must share their timestamps; without it the asset is named after the file, up to
    the first hyphen.

    Args:
        name_or_path: one of `SHIPPED_BARS`, or a file.
        symbols: the assets wanted, in that order; None takes all, in the order of the file.
        zone: the time zone of times that tell none; None takes them as UTC.

    Raises:
        BadBars: names the file and, where it can, the row (counted from 1) and the column.
        BadInput: there is no such zone.
    """
    path = locate(name_or_path, SHIPPED_BARS)
    reading = read_bar_file(path, zone)
    names, asset, wanted, sheet = _select(reading.sheet, symbols)
    times = reading.times[wanted]
    check_order(sheet, names, asset, times)
    cells = {column: sheet.numbers(column) for column in (*PRICES, "volume", *EXTRAS) if column in sheet.frame.columns}
    check_cells(sheet, cells)
    timestamps = _shared_times(path, names, asset, times)
    order = np.argsort(asset, kind="stable")
    grid = {column: values[order].reshape(len(names), -1).T for column, values in cells.items()}
    bars = Bars(
        symbols=names,
        timestamps=timestamps,
        interval_ms=int(np.diff(timestamps).min()),
        **{column: grid[column] for column in (*PRICES, "volume")},
        extras={column: grid[column] for column in EXTRAS if column in grid},
    )
    return bars, (*reading.said, *_about(bars))


def _about(bars: Bars) -> Said:
    gaps = int((np.diff(bars.timestamps) > bars.interval_ms).sum())
    first, last = iso(int(bars.timestamps[0])), iso(int(bars.timestamps[-1]))
    missing = f", {gaps:,} gaps" if gaps else ""
    return (
        ("assets", ", ".join(bars.symbols)),
        ("bars", f"{len(bars):,} of {duration(bars.interval_ms)} from {first} to {last}{missing}"),
    )


def _select(sheet: TableFile, symbols: Sequence[str] | None) -> tuple[tuple[str, ...], I64, Mask, TableFile]:
    """The assets wanted, the asset index (n,) of each of their rows, which rows those are, and the rows."""
    if "symbol" in sheet.frame.columns:
        column = sheet.frame["symbol"].cast(pl.String)
        sheet.fail_where(column.is_null().to_numpy(), "symbol", "is empty; every row needs one")
    else:
        column = pl.Series([sheet.path.stem.partition("-")[0].upper()]).new_from_index(0, sheet.frame.height)
    sheet.fail_where(column.str.contains(r"[\x00-\x1f\x7f-\x9f]").to_numpy(), "symbol", "has a control character, which no page can show")
    known = column.unique(maintain_order=True).to_list()
    names = tuple(dict.fromkeys(known if symbols is None else symbols))
    if not names:
        raise BadBars(f"{sheet.path}: no symbol is asked for; it has {', '.join(known)}")
    for name in names:
        if name not in known:
            raise BadBars(f"{sheet.path}: no symbol {name!r}{in_brackets(name, known)}; it has {', '.join(known)}")
    asset = column.replace_strict(names, range(len(names)), default=-1, return_dtype=pl.Int64).to_numpy()
    wanted = asset >= 0
    return names, asset[wanted], wanted, sheet.take(wanted)


def _shared_times(path: Path, names: tuple[str, ...], asset: I64, times: I64) -> I64:
    everywhere = np.unique(times)
    for index, name in enumerate(names):
        missing = np.setdiff1d(everywhere, times[asset == index], assume_unique=True)
        if len(missing):
            first = iso(int(missing[0]))
            raise BadBars(f"{path}: symbol {name} has no bar at {first}, others do; every symbol needs the same timestamps")
    if len(everywhere) < 2:
        raise BadBars(f"{path}: has only one bar; at least two are needed to know their interval")
    return everywhere

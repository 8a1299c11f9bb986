"""Figures that come once a day, and when they may be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from freeagentics.arrays import F64, I64, readonly
from freeagentics.clock import DAY_MS
from freeagentics.errors import BadBars
from freeagentics.market.names import SHIPPED_DAILY, in_brackets, locate
from freeagentics.market.table_file import read_table_file

CARRIED_DAYS = 7
"""How many days longer than usual the last known value stands in for missing ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """Daily figures of the market as a whole; all arrays are read-only.

    Attributes:
        timestamps: int64 (N,), market time of each day's start; rising, gaps allowed.
        columns: float64 (N,) by name; NaN where not known.
    """

    timestamps: I64
    columns: Mapping[str, F64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "timestamps", readonly(self.timestamps))
        columns = {name: readonly(values) for name, values in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(columns))

    def known(self, name: str, times: I64) -> F64:
        """Values known of a column at each of *times* (T,), as float64 (T,): the value of the last day over before that time's day began.

        So the value of a day is used from the start of the next day on. Where the days after it have none, it is used for up to
        `CARRIED_DAYS` days longer; NaN where nothing is known.

        Raises:
            BadBars: there is no such column.
        """
        if name not in self.columns:
            raise BadBars(f"no daily column {name!r}{in_brackets(name, self.columns)}; there are {', '.join(self.columns)}")
        present = ~np.isnan(self.columns[name])
        days = np.concatenate([[np.iinfo(np.int64).min // 2], self.timestamps[present]])
        values = np.concatenate([[np.nan], self.columns[name][present]])
        yesterday = times - times % DAY_MS - DAY_MS
        last = np.searchsorted(days, yesterday, side="right") - 1
        fresh = yesterday - days[last] <= CARRIED_DAYS * DAY_MS
        return np.where(fresh, values[last], np.nan)

    def until(self, moment: int) -> Daily:
        """The days that are over at a moment of market time."""
        over = self.timestamps + DAY_MS <= moment
        return Daily(self.timestamps[over], {name: values[over] for name, values in self.columns.items()})


def load_daily(name_or_path: str | Path) -> Daily:
    """Daily figures from a shipped file's name or from a .parquet or .csv file with a column timestamp; every other column is one figure.

    Raises:
        BadBars: names the file and, where it can, the row (counted from 1) and the column.
    """
    sheet = read_table_file(locate(name_or_path, SHIPPED_DAILY), ("timestamp",))
    times = sheet.times()
    days = times - times % DAY_MS
    later = np.diff(days, prepend=days[0] - 1) > 0
    sheet.fail_where(~later, "timestamp", "{value} is no later day than the row before; days must rise")
    columns = {name: sheet.numbers(name) for name in sheet.frame.columns if name != "timestamp"}
    for name, values in columns.items():
        sheet.fail_where(np.isinf(values), name, "{value} must be finite, or empty where not known")
    return Daily(days, columns)

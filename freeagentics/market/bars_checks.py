"""Checks that a file of bars must pass before anyone trades on it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.clock import iso
from freeagentics.market.table_file import TableFile


def check_order(sheet: TableFile, names: tuple[str, ...], asset: I64, times: I64) -> None:
    """Raise `BadBars` where, within an asset, a time comes twice or goes back; *asset* and *times* are (n,) as the file has them."""
    for index, name in enumerate(names):
        where = np.flatnonzero(asset == index)
        steps = np.diff(times[where])
        if (steps > 0).all():
            continue
        place = int(np.argmax(steps <= 0))
        before, now = iso(int(times[where[place]])), iso(int(times[where[place + 1]]))
        problem = f"{now} comes twice for {name}" if before == now else f"{now} comes after {before} for {name}"
        sheet.fail(int(where[place + 1]), "timestamp", f"{problem}; the times of a symbol must rise")


def check_cells(sheet: TableFile, cells: Mapping[str, F64]) -> None:
    """Raise `BadBars` for the first cell of a column, each (n,), that cannot be.

    Prices must be finite and above 0, all else finite and not negative; the high is the highest of its row, the low the lowest.
    """
    for column, values in cells.items():
        sheet.fail_where(np.isnan(values), column, "is empty or NaN; a number is needed")
        if column in ("open", "high", "low", "close"):
            sheet.fail_where(~np.isfinite(values) | (values <= 0), column, "{value} is no price; it must be finite and above 0")
        else:
            sheet.fail_where(~np.isfinite(values) | (values < 0), column, "{value} must be finite and not negative")
    top = np.maximum(np.maximum(cells["open"], cells["close"]), cells["low"])
    bottom = np.minimum(np.minimum(cells["open"], cells["close"]), cells["high"])
    sheet.fail_where(cells["high"] < top, "high", "{value} is below the open, low or close of its bar")
    sheet.fail_where(cells["low"] > bottom, "low", "{value} is above the open, high or close of its bar")

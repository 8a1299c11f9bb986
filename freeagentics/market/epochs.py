"""Whole numbers that stand for times: since 1970, or digits of a date."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from freeagentics.arrays import I64, Mask
from freeagentics.clock import HOUR_MS, MINUTE_MS, SECOND_MS

_UNITS = ((1e11, "seconds"), (1e14, "milliseconds"), (1e17, "microseconds"), (np.inf, "nanoseconds"))
"""Numbers below so much are these since 1970: those of 1973 to 5138."""

_CALENDAR = {8: True, 14: True, 12: False, 10: False}
"""Digits of a date with more or less of a time, and whether it can be nothing else."""

_FIRST_MONTHS = 1e7
"""Seconds since 1970 that no file of prices keeps below: smaller numbers count rows, months, or the days of a spreadsheet."""

_JUMP = 500
"""From one row to the next no time grows so many times over, but a change of units is a thousandfold."""


@dataclass(frozen=True, slots=True, eq=False)
class Epochs:
    """Numbers (n,) read as market time.

    Attributes:
        times: int64 (n,), ms.
        wrong: which of the numbers are none.
        problem: why, with ``{value}`` for such a number.
    """

    times: I64
    wrong: Mask
    problem: str

    @classmethod
    def read(cls, values: I64) -> Epochs:
        """Numbers like 20220103 and 20220103140000 are dates, for they make no sense otherwise; so are those like 202201031400 or
        2022010314 where every one of them can be; all others are a time since 1970, in the unit that their size tells."""
        first = str(values[0])
        if len(first) in _CALENDAR and 1900 <= int(first[:4]) <= 2100:
            times, good = _calendar(values, len(first))
            if _CALENDAR[len(first)] or good.all():
                return cls(times, ~good, f"{{value}} is no date, as {first} in the first row is one: year, month and day in digits")
        return cls._since_1970(values)

    @classmethod
    def _since_1970(cls, values: I64) -> Epochs:
        sizes = np.abs(values.astype(np.float64)).tolist()
        if max(sizes) < _FIRST_MONTHS:
            problem = "{value} would be a moment of early 1970; write 2022-05-09 or 20220509, or seconds or milliseconds since 1970"
            return cls(np.zeros(len(values), dtype=np.int64), np.ones(len(values), dtype=np.bool_), problem)
        wrong = np.array([False, *(_jumps(before, after) for before, after in pairwise(sizes))])
        place = int(np.argmax(wrong))
        before, after = _unit(sizes[place - 1]), _unit(sizes[place])
        problem = f"{{value}} reads as {after} since 1970, {values[place - 1]} in the row before as {before}; a file needs one unit"
        return cls(_in_ms(values, _unit(max(sizes))), wrong, problem)


def _in_ms(values: I64, unit: str) -> I64:
    if unit == "seconds":
        return values * 1000
    return values // {"milliseconds": 1, "microseconds": 1000, "nanoseconds": 1_000_000}[unit]


def _unit(size: float) -> str:
    return next(name for bound, name in _UNITS if size < bound)


def _jumps(before: float, after: float) -> bool:
    larger = max(before, after)
    return larger >= 1e9 and larger >= _JUMP * min(before, after)


def _calendar(values: I64, digits: int) -> tuple[I64, Mask]:
    """Market time of numbers of so many digits, and which of them are dates at all."""
    clock = 10 ** (digits - 8)
    date, rest = np.divmod(values, clock)
    hour, minute, second = (rest * (1_000_000 // clock) // part % 100 for part in (10_000, 100, 1))
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    good = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(good, 12 * (year - 1970) + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    good &= days.astype("datetime64[M]") == months
    return days.astype("datetime64[ms]").astype(np.int64) + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS, good

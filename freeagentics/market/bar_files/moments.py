"""Moments as people write them: in whole numbers, as ISO text, or in one of the ways of calendars, in a zone or in none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from freeagentics.arrays import I64, Mask

_DATES = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"\d{8}", ("%Y%m%d",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%m-%d-%Y", "%d-%m-%Y")),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", ("%d-%b-%Y",)),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", ("%b %d, %Y",)),
)
"""Dates, and how they may be read; of two readings that are possible that in which time runs one way is taken."""

_CLOCKS = (
    (r"", ""),
    (r"[ T]\d{1,2}:\d{2}", "%H:%M"),
    (r"[ T]\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"[ T]\d{1,2}:\d{2}:\d{2}\.\d+", "%H:%M:%S%.f"),
    (r"[ T]\d{6}", "%H%M%S"),
    (r" \d{1,2}:\d{2} ?[AaPp][Mm]", "%I:%M%p"),
    (r" \d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]", "%I:%M:%S%p"),
    (r" \d{1,2}-[AaPp][Mm]", "%I:%M%p"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Text (n,) read as moments on a clock.

    Attributes:
        times: int64 (n,), ms since 1970 on that clock, where a zone is told in UTC.
        wrong: which of them are none.
        problem: why, with ``{value}`` for such a text.
        zoned: which tell their zone.
        form: how they are written, in words.
    """

    times: I64
    wrong: Mask
    problem: str
    zoned: Mask
    form: str

    @classmethod
    def read(cls, cells: pl.Series) -> Moments:
        """Read text without gaps, in the form of its first cell."""
        first = str(cells[0]).strip()
        found = [cls._of_form(cells, form) for form in _forms(first)]
        good = [one for one in found if not one.wrong.any()]
        if len(good) > 1:
            running = [one for one in good if _runs_one_way(one.times)]
            if len(running) != 1:
                problem = "{value} may have the day first or the month, and nothing in the file tells which; write it like 2022-01-31"
                return cls(good[0].times, np.ones(len(cells), dtype=np.bool_), problem, good[0].zoned, "")
            return running[0]
        if good:
            return good[0]
        iso = cls._iso(cells)
        return found[0] if found and iso.wrong.any() else iso

    @classmethod
    def _of_form(cls, cells: pl.Series, form: str) -> Moments:
        text = cells.str.strip_chars().str.replace("T", " ", literal=True)
        if "%p" in form:
            text = text.str.replace(r" (\d{1,2})-([AaPp][Mm])$", " $1:00$2").str.replace(r" ?([AaPp][Mm])$", "$1")
        parsed = text.str.strptime(pl.Datetime("ms"), form, strict=False)
        wrong = parsed.is_null().to_numpy()
        problem = f"{{value!r}} is not a time written like {str(cells[0]).strip()}"
        return cls(parsed.dt.timestamp("ms").fill_null(0).to_numpy(), wrong, problem, np.zeros(len(cells), dtype=np.bool_), _in_words(form))

    @classmethod
    def _iso(cls, cells: pl.Series) -> Moments:
        times, (wrong, zoned) = np.zeros(len(cells), dtype=np.int64), np.zeros((2, len(cells)), dtype=np.bool_)
        for place, text in enumerate(cells):
            try:
                moment = datetime.fromisoformat(text.strip())
            except ValueError:
                wrong[place] = True
                continue
            zoned[place] = moment.tzinfo is not None
            times[place] = round((moment.replace(tzinfo=moment.tzinfo or ZoneInfo("UTC"))).timestamp() * 1000)
        return cls(times, wrong, "{value!r} is not a time; write it like 2022-05-09T14:00:00Z", zoned, "dates and times")


def in_zone(times: I64, zone: str) -> tuple[I64, Mask]:
    """Moments on the clocks of a zone (n,) in UTC, and which of them there were none: clocks went forward over them.

    An hour that comes twice, as clocks go back, is the first or the second as time runs on from the row before.
    """
    naive = pl.Series(times).cast(pl.Datetime("ms"))
    first, second = (
        naive.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.timestamp("ms") for which in ("earliest", "latest")
    )
    missing = first.is_null().to_numpy()
    early, late = first.fill_null(0).to_numpy().copy(), second.fill_null(0).to_numpy()
    for place in np.flatnonzero(early != late).tolist():
        if place and early[place] <= early[place - 1]:
            early[place] = late[place]
    return early, missing


def _forms(first: str) -> Iterator[str]:
    for date, readings in _DATES:
        for clock, form in _CLOCKS:
            if re.fullmatch(date + clock, first):
                yield from (f"{reading} {form}".strip() for reading in readings)


def _runs_one_way(times: I64) -> bool:
    steps = np.diff(times)
    return bool((steps > 0).all() or (steps < 0).all())


def _in_words(form: str) -> str:
    names = {"%Y": "year", "%m": "month", "%b": "month", "%d": "day"}
    order = ", ".join(names[part] for part in re.findall(r"%[Ymbd]", form))
    return f"dates ({order})" if " %" not in form or form.endswith("%Y") else f"dates ({order}) and times"

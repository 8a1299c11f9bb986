"""The contract of sources: what one must be, and what it may show. One of a user's own that breaks it is refused by its name."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import numpy as np

from freeagentics.arrays import F32
from freeagentics.errors import BadInput
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source
from freeagentics.market.sources import BUILT_IN
from freeagentics.user_code import Place, Refused, blaming, shown

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,57}")

_CUTS = 12
"""Cuts after rows in which a source says something new."""


def open_source(kind: type[Source], cost_cents: int) -> Source:
    """A source at a price. Raises BadInput."""
    with _blaming(kind):
        source = kind(cost_cents=cost_cents)
        check_name(kind)
        _check_columns(source)
        if getattr(source, "cost_cents", None) != cost_cents:
            raise Refused("its constructor must hand cost_cents on: super().__init__(cost_cents)")
    return source


def check_name(kind: type[Source]) -> None:
    """Raises Refused for a name that could not stand in a scenario."""
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(f"its name is {shown(name)}; it must be one word in lower case")


def lacking(source: Source, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
    """Missing inputs of a source. Raises BadInput."""
    with _blaming(type(source)):
        missing = source.missing(bars, daily)
        if not isinstance(missing, tuple | list) or not all(isinstance(name, str) for name in missing):
            raise Refused(f"missing returned {shown(missing)}; it must be a tuple of texts, empty where nothing is missing")
    return tuple(missing)


def compute(source: Source, bars: Bars, daily: Daily | None) -> F32:
    """Columns that a source shows of bars, float32 (T, A, C), finite: 0 where it is not known. Raises BadInput."""
    with _blaming(type(source)):
        _check_columns(source)
        values = _known(source, bars, daily)
        if source.name not in BUILT_IN:
            _check_no_look_ahead(source, values, bars, daily)
    return values


def _blaming(kind: type[Source]) -> AbstractContextManager[None]:
    return blaming(Place.of(kind.compute), lambda said: BadInput(f"source {getattr(kind, 'name', kind.__name__)}: {said}"))


def _check_columns(source: Source) -> None:
    columns, direction = getattr(source, "columns", None), getattr(source, "direction", None)
    if not isinstance(columns, tuple | list) or not all(isinstance(column, str) for column in columns) or not columns:
        raise Refused(f"its columns are {shown(columns)}; they must be a tuple of names")
    for column in columns:
        if not column.startswith(f"{source.name}.") or columns.count(column) > 1:
            raise Refused(f"column {column} must begin with '{source.name}.' and come once")
    if direction not in columns:
        raise Refused(f"its direction {direction} must be one of its columns, {', '.join(columns)}")


def _known(source: Source, bars: Bars, daily: Daily | None) -> F32:
    values, shape = source.compute(bars, daily), (*bars.close.shape, len(source.columns))
    if not isinstance(values, np.ndarray) or values.shape != shape or values.dtype != np.float32:
        found = f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else shown(values)
        raise Refused(f"computed {found}; float32 {shape} is needed")
    for place in np.argwhere(np.isinf(values))[:1].tolist():
        raise Refused(f"shows {values[*place]} in {source.columns[place[2]]} of bar {place[0]}; what is not known is NaN")
    known = np.nan_to_num(values, nan=0.0)
    if (np.abs(known[..., source.columns.index(source.direction)]) > 1).any():
        raise Refused(f"its direction {source.direction} must stay within -1 and 1")
    return known


def _check_no_look_ahead(source: Source, values: F32, bars: Bars, daily: Daily | None) -> None:
    """Compute a source once more on the first bars alone, cut at several places: not a bit of what it shows may depend on later ones.

    A peek at the next bar alone shows only in the last row before a cut, and a source that speaks rarely may peek only where it speaks: so
    cuts follow rows in which it says something new, beside those at fixed shares of the bars.
    """
    for count in _cuts(values):
        closed = int(bars.timestamps[count - 1]) + bars.interval_ms
        alone = _known(source, bars.head(count), None if daily is None else daily.over_by(closed))
        for row, asset, column in np.argwhere(alone.view(np.uint32) != values[:count].view(np.uint32))[:1].tolist():
            shows, showed = values[row, asset, column], alone[row, asset, column]
            raise Refused(
                f"looks ahead: {source.columns[column]} of {bars.symbols[asset]} at bar {row} is {shows:g}, and {showed:g} when the bars "
                f"end with bar {count - 1}; row t may use bars up to t only, summed in an order that later bars do not change"
            )


def _cuts(values: F32) -> list[int]:
    """Numbers of first bars to compute alone, ascending."""
    news = 1 + np.flatnonzero((values[1:] != values[:-1]).any(axis=(1, 2)))
    spread = news[np.linspace(0, len(news) - 1, _CUTS).round().astype(int)] if len(news) else news
    shares = [len(values) // share for share in (2, 3, 5)]
    return sorted({max(count, 2) for count in [*shares, *(spread + 1).tolist()] if count < len(values)})

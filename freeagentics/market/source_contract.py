"""The contract of sources: what one must be, and what it may show. One of a user's own that breaks it is refused by its name."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import numpy as np

from freeagentics.arrays import F32
from freeagentics.errors import BadInput
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.look_ahead import cuts, refuse_changes
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


def _blaming(kind: type[Source], when: str = "") -> AbstractContextManager[None]:
    return blaming(Place.of(kind.compute), lambda said: BadInput(f"source {getattr(kind, 'name', kind.__name__)}{when}: {said}"))


def _check_columns(source: Source) -> None:
    columns, direction = getattr(source, "columns", None), getattr(source, "direction", None)
    if not isinstance(columns, tuple | list) or not all(isinstance(column, str) for column in columns) or not columns:
        raise Refused(f"its columns are {shown(columns)}; they must be a tuple of names")
    for column in columns:
        if not column.startswith(f"{source.name}.") or columns.count(column) > 1:
            raise Refused(f"column {column} must begin with '{source.name}.' and come once")
    if direction not in columns:
        raise Refused(f"its direction {direction} must be one of its columns, {', '.join(columns)}")


def known(source: Source, bars: Bars, daily: Daily | None) -> F32:
    """The same without a look for look-ahead: there is no bar to come. Raises BadInput."""
    with _blaming(type(source)):
        _check_columns(source)
        return _known(source, bars, daily)


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


def _check_no_look_ahead(source: Source, shown: F32, bars: Bars, daily: Daily | None) -> None:
    """Compute a source again on first bars alone: what it shows of them, to the last bit, must not depend on what comes later."""
    for count in cuts(bars):
        over = daily.until(bars.closed(count - 1)) if daily and count < len(bars) else daily
        with _blaming(type(source), f", on the first {count} of {len(bars)} bars alone"):
            alone = _known(source, bars.head(count), over)
        with _blaming(type(source)):
            refuse_changes(shown, alone, bars, source.columns)

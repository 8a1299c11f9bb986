"""Features: what all sources show of all bars, computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.errors import BadInput
from freeagentics.market.arrays import F32, readonly
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source
from freeagentics.market.sources import BUILT_IN


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the sources show.

    Attributes:
        sources: those that are on, in the order given.
        off: for each of the others, by name, what it lacks.
        columns: F names.
        slices: the columns of each source that is on, by name.
        values: float32 (T, A, F), read-only, finite: 0 where not known.
    """

    sources: tuple[Source, ...]
    off: Mapping[str, str]
    columns: tuple[str, ...]
    slices: Mapping[str, slice]
    values: F32


def build_features(bars: Bars, daily: Daily | None, sources: Sequence[Source]) -> Features:
    """Compute every source that has what it needs.

    Raises:
        BadInput: two sources of one name, or a source that breaks its contract.
    """
    twice = [name for name, count in Counter(source.name for source in sources).items() if count > 1]
    if twice:
        raise BadInput(f"source {twice[0]} is given twice; each name may come once")
    missing = {source.name: source.missing(bars, daily) for source in sources}
    on = tuple(source for source in sources if not missing[source.name])
    columns: list[str] = []
    slices = {}
    blocks = [np.empty((*bars.close.shape, 0), dtype=np.float32)]
    for source in on:
        blocks.append(_checked(source, source.compute(bars, daily), bars))
        if source.name not in BUILT_IN:
            _check_no_look_ahead(source, blocks[-1], bars, daily)
        slices[source.name] = slice(len(columns), len(columns) + len(source.columns))
        columns.extend(source.columns)
    off = {name: f"needs columns {', '.join(lacks)}" for name, lacks in missing.items() if lacks}
    return Features(on, off, tuple(columns), slices, readonly(np.concatenate(blocks, axis=-1)))


def _check_no_look_ahead(source: Source, values: F32, bars: Bars, daily: Daily | None) -> None:
    """Compute a source once more on the first bars alone: what it shows of them must not depend on later ones."""
    for count in sorted({max(len(bars) // share, 2) for share in (2, 3, 5)}):
        alone = np.nan_to_num(source.compute(bars.head(count), daily), nan=0.0, posinf=0.0, neginf=0.0)
        differs = np.abs(alone - values[:count]).max(axis=(1, 2)) > 1e-4 * (1 + np.abs(values[:count]).max(axis=(1, 2)))
        if differs.any():
            row = int(np.argmax(differs))
            raise BadInput(
                f"source {source.name}: what it shows of bar {row} of {count} changes when later bars are known; use bars up to row t only"
            )


def _checked(source: Source, values: F32, bars: Bars) -> F32:
    shape = (*bars.close.shape, len(source.columns))
    if values.shape != shape or values.dtype != np.float32:
        raise BadInput(f"source {source.name}: computed {values.dtype} {values.shape}; float32 {shape} is needed")
    for column in source.columns:
        if not column.startswith(f"{source.name}."):
            raise BadInput(f"source {source.name}: column {column} must begin with '{source.name}.'")
    if source.hint not in source.columns:
        raise BadInput(f"source {source.name}: its hint {source.hint} must be one of its columns, {', '.join(source.columns)}")
    known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    if (np.abs(known[..., source.columns.index(source.hint)]) > 1).any():
        raise BadInput(f"source {source.name}: its hint {source.hint} must stay within -1 and 1")
    return known

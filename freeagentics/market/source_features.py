"""Features: what all sources show of all bars, computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, readonly
from freeagentics.errors import BadInput
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source
from freeagentics.market.source_contract import compute, lacking


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The columns that sources show.

    Attributes:
        sources: those that are on, in the order given.
        off: for each of the others, by name, what it lacks.
        columns: F names.
        values: float32 (T, A, F), read-only, finite: 0 where not known.
    """

    sources: tuple[Source, ...]
    off: Mapping[str, str]
    columns: tuple[str, ...]
    values: F32


def build_features(bars: Bars, daily: Daily | None, sources: Sequence[Source]) -> Features:
    """Compute every source that has what it needs.

    Raises:
        BadInput: two sources of one name, or a source that breaks its contract.
    """
    on, off, columns = switch_on(bars, daily, sources)
    blocks = [np.empty((*bars.close.shape, 0), dtype=np.float32), *(compute(source, bars, daily) for source in on)]
    return Features(on, off, columns, readonly(np.concatenate(blocks, axis=-1)))


def switch_on(bars: Bars, daily: Daily | None, sources: Sequence[Source]) -> tuple[tuple[Source, ...], dict[str, str], tuple[str, ...]]:
    """Sources that have what they need, what each of the others lacks, and the columns of all that are on. Raises `BadInput` for two of one
    name, or one that breaks its contract."""
    twice = [name for name, count in Counter(source.name for source in sources).items() if count > 1]
    if twice:
        raise BadInput(f"source {twice[0]} is given twice; each name may come once")
    missing = {source.name: lacking(source, bars, daily) for source in sources}
    on = tuple(source for source in sources if not missing[source.name])
    off = {name: f"needs columns {', '.join(lacks)}" for name, lacks in missing.items() if lacks}
    return on, off, tuple(column for source in on for column in source.columns)

"""Followers: what a source shows of a market that is made as it goes, bar by bar."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from freeagentics.arrays import F32, readonly
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.source import Source
from freeagentics.market.source_contract import known
from freeagentics.market.sources import FOLLOWERS


class Follower(Protocol):
    """Follower of one source."""

    def add(self, bars: Bars) -> F32:
        """The row, float32 (A, C), that the source shows of the last of *bars*: those of the call before, and one more."""


class WholeHistory:
    """Follower of any source: computes anew over all bars so far, and takes longer with every bar."""

    def __init__(self, source: Source, daily: Daily | None) -> None:
        self._source, self._daily = source, daily

    def add(self, bars: Bars) -> F32:
        """The last row. Raises BadInput where the source breaks its contract."""
        return known(self._source, bars, self._daily)[-1]


class Followers:
    """Followers of all sources of a market, side by side.

    The features are those that `build_features` computes of the same bars, to the bit.
    """

    def __init__(self, sources: tuple[Source, ...], assets: int, daily: Daily | None) -> None:
        self._assets = assets
        self._followers: list[Follower] = [
            FOLLOWERS[type(source)](assets) if type(source) in FOLLOWERS else WholeHistory(source, daily) for source in sources
        ]

    def add(self, bars: Bars) -> F32:
        """Features, float32 (A, F), read-only and finite, of the last of all *bars* so far."""
        rows = [np.nan_to_num(follower.add(bars), nan=0.0) for follower in self._followers]
        return readonly(np.concatenate([np.empty((self._assets, 0), dtype=np.float32), *rows], axis=-1))

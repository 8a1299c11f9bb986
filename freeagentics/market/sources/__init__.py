"""The sources that come with the package, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from freeagentics.market.source import Source
from freeagentics.market.sources.book import BookFollower, BookSource
from freeagentics.market.sources.derivatives import DerivativesSource
from freeagentics.market.sources.price import PriceFollower, PriceSource
from freeagentics.market.sources.sentiment import SentimentSource
from freeagentics.market.sources.whales import WhaleFollower, WhaleSource

SOURCES: Mapping[str, type[Source]] = MappingProxyType(
    {source.name: source for source in (PriceSource, WhaleSource, DerivativesSource, SentimentSource, BookSource)}
)
"""Sources that come with the package, by name."""

BUILT_IN = tuple(SOURCES)
"""Their names."""

EVERYWHERE = tuple(name for name in BUILT_IN if name != BookSource.name)
"""Those of them that are on sale unless a scenario says otherwise: not every market has a book."""

FOLLOWERS: Mapping[type[Source], Callable[[int], PriceFollower | WhaleFollower | BookFollower]] = MappingProxyType(
    {PriceSource: PriceFollower, WhaleSource: WhaleFollower, BookSource: BookFollower}
)
"""Followers that show a source bar by bar, given the number of assets; any other source is computed over all bars so far."""

__all__ = [
    "BUILT_IN",
    "EVERYWHERE",
    "FOLLOWERS",
    "SOURCES",
    "BookSource",
    "DerivativesSource",
    "PriceSource",
    "SentimentSource",
    "WhaleSource",
]

"""The sources that come with the package, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from freeagentics.market.source import Source
from freeagentics.market.sources.derivatives import DerivativesSource
from freeagentics.market.sources.price import PriceFollower, PriceSource
from freeagentics.market.sources.sentiment import SentimentSource
from freeagentics.market.sources.whales import WhaleFollower, WhaleSource

SOURCES: Mapping[str, type[Source]] = MappingProxyType(
    {source.name: source for source in (PriceSource, WhaleSource, DerivativesSource, SentimentSource)}
)
"""Sources that come with the package, by name."""

BUILT_IN = tuple(SOURCES)
"""Their names."""

FOLLOWERS: Mapping[type[Source], Callable[[int], PriceFollower | WhaleFollower]] = MappingProxyType(
    {PriceSource: PriceFollower, WhaleSource: WhaleFollower}
)
"""Followers that show a source bar by bar, given the number of assets; any other source is computed over all bars so far."""

__all__ = ["BUILT_IN", "FOLLOWERS", "SOURCES", "DerivativesSource", "PriceSource", "SentimentSource", "WhaleSource"]

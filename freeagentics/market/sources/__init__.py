"""The sources that come with the package, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from freeagentics.market.source import Source
from freeagentics.market.sources.derivatives import DerivativesSource
from freeagentics.market.sources.price import PriceSource
from freeagentics.market.sources.sentiment import SentimentSource
from freeagentics.market.sources.whales import WhaleSource

SOURCES: Mapping[str, type[Source]] = MappingProxyType(
    {source.name: source for source in (PriceSource, WhaleSource, DerivativesSource, SentimentSource)}
)
"""Sources that come with the package, by name."""

BUILT_IN = tuple(SOURCES)
"""Their names."""

__all__ = ["BUILT_IN", "SOURCES", "DerivativesSource", "PriceSource", "SentimentSource", "WhaleSource"]

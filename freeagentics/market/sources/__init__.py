"""The sources that come with the package, by name."""

from __future__ import annotations

from freeagentics.market.source import Source
from freeagentics.market.sources.derivatives import DerivativesSource
from freeagentics.market.sources.price import PriceSource
from freeagentics.market.sources.sentiment import SentimentSource
from freeagentics.market.sources.whales import WhaleSource

SOURCES: dict[str, type[Source]] = {source.name: source for source in (PriceSource, WhaleSource, DerivativesSource, SentimentSource)}
"""Sources by name. Those of a user's own are added when a scenario names their file."""

BUILT_IN = tuple(SOURCES)
"""Names of the sources that come with the package."""

__all__ = ["BUILT_IN", "SOURCES", "DerivativesSource", "PriceSource", "SentimentSource", "WhaleSource"]

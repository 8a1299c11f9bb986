"""Settings of a book market, as a scenario file carries them."""

from __future__ import annotations

from pydantic import Field

from freeagentics.market.auction.settings import AuctionSettings


class BookSettings(AuctionSettings):
    """Settings of a market whose prices are made in a continuous double auction, by a crowd and by the desks."""

    rounds: int = Field(default=8, ge=1, le=1000, description="Book: phases of a bar; in each the crowd decides anew.")

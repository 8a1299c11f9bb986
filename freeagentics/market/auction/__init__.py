"""Markets whose prices are made in call auctions by those who trade in them."""

from freeagentics.market.auction.market import AuctionMarket
from freeagentics.market.auction.settings import AuctionSettings, CrowdSettings

__all__ = ["AuctionMarket", "AuctionSettings", "CrowdSettings"]

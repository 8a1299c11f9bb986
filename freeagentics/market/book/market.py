"""A book market: prices are made by those who trade, in a continuous double auction."""

from __future__ import annotations

from typing import ClassVar

from freeagentics.arrays import F64
from freeagentics.market.auction.market import AuctionMarket
from freeagentics.market.auction.mechanism import Mechanism
from freeagentics.market.auction.venue import Venue
from freeagentics.market.book.trading import ContinuousTrading

CONTINUOUS = Mechanism(
    order=0.0062,
    usual_volume=0.93,
    move=0.67,
    reach=1.76,
    feedback=0.62,
    busier=0.32,
    noise_rate=0.045,
    noise_size=2.0,
    half_spread=0.33,
    widest=9.0,
    lean=0.3,
    quote_size=2.0,
)
"""Mechanism of a crowd whose orders meet one by one: makers quote more, and closer, than in auctions, where others meet each other."""


class BookMarket(AuctionMarket):
    """A `Market` with an order book for each asset; all else is as in an `AuctionMarket`.

    A bar has k phases. At the beginning of each the crowd decides, then its orders and those of desks arrive one after the other, in an
    order that depends on seed, bar and who sends them alone. An order of a desk arrives in one of the phases and takes what there is within
    the bounds of a phase; what it did not get it asks for again in the next one, until the bar ends.
    """

    mechanism: ClassVar[Mechanism] = CONTINUOUS

    def _open_venue(self, first: F64) -> Venue:
        """Venue at which orders meet, in a market at these first prices (A,), USD."""
        return ContinuousTrading(self._settings, self._seed, first, self.units, self._whale(first))

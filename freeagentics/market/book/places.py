"""Places: the numbers that orders of the crowd have on the books, and who comes before whom."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, readonly
from freeagentics.market.auction.settings import CrowdSettings
from freeagentics.randomness import generator


class Places:
    """Places of the crowd's orders on A books: from 0 to below M on each, for traders, noise traders, and bids and asks of makers.

    Attributes:
        each: M.
        number: int32 (A * M,), place on the book of its asset.
        member: int32 (A * M,), whose it is: a maker has two.
        of_noise: bool (A * M,), whether it is a noise trader's.
    """

    def __init__(self, crowd: CrowdSettings, assets: int) -> None:
        self._assets, others = assets, crowd.traders + crowd.noise_traders
        self._members = others + crowd.makers
        self.each = self._members + crowd.makers
        place = np.arange(self.each, dtype=np.int32)
        member = np.where(place < self._members, place, place - np.int32(crowd.makers))
        self.number, self.member = (readonly(np.tile(column, assets)) for column in (place, member))
        self.of_noise = readonly((self.number >= crowd.traders) & (self.number < others))
        self._lead = readonly(np.where(self.member >= others, 1.0, 0.0))

    def arrivals(self, seed: int, bar: int, phases: int) -> F64:
        """Arrival of each order in each phase of a bar, float64 (phases, A * M): makers from -1 to 0, and then all others, to 1."""
        chance = generator(seed, "market/book/arrivals", step=bar).random((phases, self._assets, self._members))
        return np.asarray(chance[..., self.member[: self.each]].reshape(phases, -1) - self._lead)

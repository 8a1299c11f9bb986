"""The crowd: those who trade beside the desks, each with a purse, and orders that stand from auction to auction."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64, I64, ArrayState, readonly
from freeagentics.kernels import compiled
from freeagentics.market.auction.clearing import Book
from freeagentics.market.auction.draws import Draws
from freeagentics.market.auction.mechanism import LOOK_BACKS, LOOKS_REAL, Mechanism
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.auction.variates import exponential
from freeagentics.market.money import CENTS
from freeagentics.market.units import Units
from freeagentics.randomness import generator, normal

PURSE = 400.0
"""Usual sizes that a member can buy, and can sell, to begin with."""

TREND_MEAN = 0.3
"""Mean of what traders make of a trend, in standard deviations: more follow it than go against it."""

_MEANS = 11


class Crowd(ArrayState):
    """Members of A assets, N of each: traders, who forecast from value, trend and noise (Chiarella, Iori & Perelló, 2009,
    doi:10.1016/j.jedc.2008.08.001), noise traders, and market makers with two quotes around the last price (after Avellaneda & Stoikov,
    2008, doi:10.1080/14697680701381228). Each has one order at a time, makers a second one after those of all: M in all.

    What members have in all is what `cash_endowed` and `units_endowed` say, and what desks brought or took, to the cent and the unit.

    Attributes:
        clock: auctions so far, int64 (1,).
        logs: log prices of the last auctions, a ring (601, A).
        means: weighted means over the auctions so far, (A, 11): sizes of moves and volumes over the usual ones on four scales, trends on
            two, and the last moves.
        limit: of orders, int64 (A, M), in units.
        quantity: what is left of them, int64 (A, M), in units.
        until: number of the auction before which each has lapsed, int64 (A, M).
        cash: int64 (A, N), cents.
        held: int64 (A, N), in units.
        cash_endowed: int64 (A,), cents that members of an asset began with, or newcomers brought.
        units_endowed: int64 (A,).
    """

    def __init__(self, settings: AuctionSettings, prices: F64, units: Units, seed: int, mechanism: Mechanism = LOOKS_REAL) -> None:
        """Make a crowd that has not traded yet, in a market at these *prices* (A,), USD."""
        assets, crowd = len(settings.symbols), settings.crowd
        self._settings, self._seed = settings, seed
        self._rules = mechanism.rules(settings.volatility / np.sqrt(settings.rounds))
        usual, usual_volume = (share * settings.turnover / prices for share in (mechanism.order, mechanism.usual_volume / settings.rounds))
        self._counts = (crowd.traders, crowd.noise_traders, crowd.makers)
        self._members = sum(self._counts)
        orders = (assets, self._members + crowd.makers)
        self._traits, self._look_back = _traits(settings, seed)
        self._size, self._price_units, self._usual_volume = (
            readonly(usual * units.quantity),
            units.price,
            readonly(usual_volume * units.quantity),
        )
        self._first_units = readonly(np.rint(PURSE * usual * units.quantity).astype(np.int64))
        self._first_cash = np.full(assets, round(PURSE * mechanism.order * settings.turnover * CENTS), dtype=np.int64)
        self._first_cash.flags.writeable = False
        self._part = round(1 / crowd.replenished) if crowd.replenished else 0
        self._asset = readonly(np.repeat(np.arange(assets, dtype=np.int32), orders[1]))
        self._owner = readonly(np.tile(np.arange(orders[1], dtype=np.int32), assets))
        self.clock = np.zeros(1, dtype=np.int64)
        self.logs = np.full((max(LOOK_BACKS) + 1, assets), 0.0) + kernels.log(prices)
        self.means = np.tile(np.array([1.0] * 8 + [0.0] * (_MEANS - 8)), (assets, 1))
        self.limit, self.quantity, self.until = np.ones(orders, np.int64), np.zeros(orders, np.int64), np.zeros(orders, np.int64)
        self.cash = np.repeat(self._first_cash[:, None], self._members, axis=1)
        self.held = np.repeat(self._first_units[:, None], self._members, axis=1)
        self.cash_endowed = self._first_cash * self._members
        self.units_endowed = self._first_units * self._members

    @property
    def orders(self) -> int:
        """Orders that stand at most, of an asset: numbers of owners from there on are free."""
        return self.limit.shape[1]

    def moved(self, auctions: I64) -> F64:
        """Log move of each price over the last so many auctions (A,), at most 600."""
        ring, now = len(self.logs), int(self.clock[0])
        asset = np.arange(len(auctions))
        return np.asarray(self.logs[now % ring, asset] - self.logs[(now - auctions) % ring, asset])

    def draw(self, bar: int) -> Draws:
        """Draws for the auctions of a bar."""
        return Draws.of(self._settings, self._seed, bar)

    def post(self, draws: Draws, round_: int, value: F64) -> Book:
        """Orders that stand in an auction of a bar, where the log of what an asset is worth is *value* (A,)."""
        wanted = np.empty_like(self.quantity)
        given = (draws.traders[round_], draws.noise[round_], self._traits, self._look_back, value, self._size, self._price_units)
        market = (self.logs, self.means, self.cash, self.held, self._first_units)
        orders = (self.limit, self.quantity, self.until, wanted)
        compiled.crowd_post(self._rules, *given, *market, *orders, _LOOK_BACKS, *self._counts, int(self.clock[0]))
        return Book(self._asset, self._owner, self.limit.reshape(-1), wanted.reshape(-1))

    def settle(self, filled: I64, cents: I64, price: I64, volume: I64) -> None:
        """Take in an auction: what was filled of each order and what it is worth (A * M,), prices and volumes (A,)."""
        usual = (self._price_units, self._usual_volume, self._first_units, self._first_cash)
        left = (self.logs, self.means, self.cash, self.held, self.quantity, self.cash_endowed, self.units_endowed)
        numbers = (self._part, self._members, self._counts[2], int(self.clock[0]))
        compiled.crowd_settle(self._rules, filled, cents, price, volume, *usual, *left, *numbers)
        self.clock += 1


_LOOK_BACKS = readonly(np.array(LOOK_BACKS, dtype=np.int64))


def _traits(settings: AuctionSettings, seed: int) -> tuple[F64, np.ndarray]:
    """Forecasts that traders make of a gap to the value and of a trend, (A, N, 2), and which look-back each has, int32 (A, N)."""
    random, shape = generator(seed, "market/auction/traits"), (len(settings.symbols), settings.crowd.traders)
    fundamental = settings.crowd.fundamental * exponential(random, shape)
    trend = settings.crowd.trend * (TREND_MEAN + normal(random, shape))
    look_back = random.integers(0, len(LOOK_BACKS), shape, dtype=np.int32)
    return readonly(np.stack([fundamental, trend], axis=-1)), readonly(look_back)

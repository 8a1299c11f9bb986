"""Outsiders: those who come to an auction market for one large order, as a scenario plans."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray, Mask
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.market.auction.clearing import Book
from freeagentics.market.events import Calendar, LargeOrder, Metaorder
from freeagentics.market.events.calendar import records

_LAST_OWNER = 2**31 - 1
_MOST_UNITS = 1e18
"""More than this no order may be: a side of an auction is counted up to four times as much."""


class Outsiders:
    """Orders of metaorders and fat fingers, one for each event E and asset A.

    An outsider's account begins at nothing and may go below: what it sells it brought along, and so is the money that it pays.

    Attributes:
        filled: int64 (E, A), in units, above 0 bought: what it took away, or brought.
        cents: int64 (E, A), what it paid, or received (below 0).
        turns: int64 (E, A), auctions that each was worked in.
    """

    _STATE = ("filled", "cents", "turns")

    def __init__(self, calendar: Calendar, usual: F64, rounds: int) -> None:
        """Plan orders; *usual* (A,) are the units that a bar usually trades. Raises BadInput for more than can be counted."""
        self._calendar, self._rounds = calendar, rounds
        shape = calendar.concerns.shape
        self._total = np.zeros(shape, dtype=np.int64)
        for place, event in calendar.of(LargeOrder):
            signed = event.size if event.side == "buy" else -event.size
            if (event.size * usual >= _MOST_UNITS).any():
                raise BadInput(f"events: {event.kind} at step {event.at}: a size of {event.size:g} is more than can be counted")
            self._total[place] = np.rint(calendar.concerns[place] * signed * usual)
        self.filled, self.cents, self.turns = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self._before = self.filled.copy(), self.cents.copy()
        self._place, self._asset = (np.zeros(0, dtype=np.int64) for _ in range(2))

    def begin(self) -> None:
        """A bar begins."""
        self._before = self.filled.copy(), self.cents.copy()

    def book(self, step: int, round_: int, trading: Mask, lowest: I64, highest: I64) -> Book:
        """Orders that stand in an auction of the bar of a step, of the assets that are traded (A,), at the bounds of its price (A,)."""
        if not self._calendar:
            return Book.empty()
        wanted = np.zeros_like(self.filled)
        for place, event in self._calendar.of(LargeOrder):
            if event.at <= step if isinstance(event, Metaorder) else (event.at, 0) == (step, round_):
                slices = event.bars * self._rounds if isinstance(event, Metaorder) else 1
                due = [_due(total, turn + 1, slices) for total, turn in zip(self._total[place], self.turns[place], strict=True)]
                wanted[place] = np.where(trading, np.array(due, dtype=np.int64) - self.filled[place], 0)
                self.turns[place] += trading
        self._place, self._asset = np.nonzero(wanted)
        quantity = wanted[self._place, self._asset]
        limit = np.where(quantity > 0, highest[self._asset], lowest[self._asset])
        owner = _LAST_OWNER - len(wanted) + self._place
        return Book(self._asset.astype(np.int32), owner.astype(np.int32), limit, quantity)

    def settle(self, filled: I64, cents: I64) -> None:
        """Take in what an auction filled of the orders that stood in it, and what that is worth."""
        if not len(filled):
            return
        cell = self._place, self._asset
        self.filled[cell] += filled
        self.cents[cell] += np.sign(filled) * cents

    def record(self) -> AnyArray:
        """Records of `EVENT`: what was filled in this bar."""
        bought, paid = self.filled - self._before[0], self.cents - self._before[1]
        found = records(bought != 0)
        cell = found["event"], found["asset"]
        found["quantity"], found["cents"] = bought[cell], paid[cell]
        return found

    def state(self) -> dict[str, AnyArray]:
        """Copies of all arrays, by name."""
        return {name: getattr(self, name).copy() for name in self._STATE}

    def load(self, state: Mapping[str, AnyArray], begun: int) -> None:
        """Take over what `state` gave of the first events, as many as have *begun*. Raises CorruptRecord."""
        for name in self._STATE:
            load_first(getattr(self, name), state.get(name), begun, f"outsiders.{name}")


def load_first(own: I64, saved: AnyArray | None, begun: int, name: str) -> None:
    """Take the first *begun* rows of *own* (E, A) from those *saved*; the others start afresh. Raises CorruptRecord for fewer."""
    if not begun:
        own[:] = 0
    elif saved is None or len(saved) < begun or saved.shape[1:] != own.shape[1:]:
        raise CorruptRecord(f"saved market: {name} is missing, or not of {begun} events")
    else:
        own[:begun], own[begun:] = saved[:begun], 0


def _due(total: int, turn: int, slices: int) -> int:
    """Part of *total* that is due after so many turns, rounded towards nothing."""
    part = abs(int(total)) * min(int(turn), slices) // slices
    return part if total > 0 else -part

"""Circuit breakers: halts of trading after large moves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import AnyArray, Mask
from freeagentics.market.auction.crowd import Crowd
from freeagentics.market.auction.outsiders import load_first
from freeagentics.market.events import Calendar, CircuitBreaker
from freeagentics.market.events.calendar import records


class Breakers:
    """Circuit breakers of a calendar, and the halts that it plans.

    Attributes:
        until: number of the auction at which trading resumes, int64 (E, A).
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.until = np.zeros(calendar.concerns.shape, dtype=np.int64)
        self._halting = np.zeros_like(calendar.concerns)
        self._all = np.ones(self.until.shape[1], dtype=np.bool_)

    def begin(self) -> None:
        """A bar begins."""
        self._halting[:] = False

    def trading(self, step: int, auction: int) -> Mask:
        """Assets (A,) that are traded in the auction of this number, in the bar of a step."""
        if not self._calendar:
            return self._all
        halting = self.until > auction
        self._halting |= halting
        return np.asarray(~(halting.any(axis=0) | self._calendar.halted(step)))

    def update(self, step: int, crowd: Crowd) -> None:
        """Halt what has moved too far by the end of an auction."""
        for place, rule in self._calendar.of(CircuitBreaker):
            if step < rule.at:
                continue
            now = int(crowd.clock[0])
            moved = crowd.moved(np.minimum(np.maximum(now - self.until[place], 0), rule.within))
            falls, rises = kernels.log(np.array([1 - rule.move, 1 + rule.move]))
            tripped = self._calendar.concerns[place] & ((moved <= falls) | (moved >= rises))
            self.until[place, tripped] = now + rule.halt

    def record(self) -> AnyArray:
        """Records of `EVENT`: which rules halted what in this bar."""
        return records(self._halting)

    def state(self) -> dict[str, AnyArray]:
        """Copies of all arrays, by name."""
        return {"until": self.until.copy()}

    def load(self, state: Mapping[str, AnyArray], begun: int) -> None:
        """Take over what `state` gave of the first events, as many as have *begun*. Raises CorruptRecord."""
        load_first(self.until, state.get("until"), begun, "breakers.until")

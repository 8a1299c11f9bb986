"""The calendar: which planned events a market has, and which of them are on at a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64, AnyArray, Mask, readonly
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.market.events.planned import CircuitBreaker, DarkSource, Halt, LargeOrder, Planned, ValueShock

EVENT = np.dtype([("event", "<i4"), ("asset", "<i4"), ("quantity", "<i8"), ("cents", "<i8")])
"""An event that was on in a bar: its place among those of the scenario, the asset, and for orders what was bought (above 0) or sold in the
bar, in units, and what was paid (above 0) or received."""

_REPORTED = (LargeOrder, CircuitBreaker)
"""Events of which only the auctions know when they are on."""

Kind = TypeVar("Kind", bound=Planned)


class Calendar:
    """Events of a market of A assets, E of them, by the step that they begin at.

    Attributes:
        events: all.
        concerns: assets that each is about, bool (E, A).
    """

    def __init__(self, events: Sequence[Planned], symbols: Sequence[str]) -> None:
        """Plan *events*. Raises BadInput where one names a symbol that there is none of."""
        self.events = tuple(events)
        self.concerns = np.zeros((len(events), len(symbols)), dtype=np.bool_)
        for place, event in enumerate(events):
            for symbol in event.symbols:
                if symbol not in symbols:
                    raise BadInput(f"{event.kind} at step {event.at}: no symbol '{symbol}'; {did_you_mean(symbol, symbols)}")
            self.concerns[place] = [not event.symbols or symbol in event.symbols for symbol in symbols]

    def __bool__(self) -> bool:
        return bool(self.events)

    def of(self, *kinds: type[Kind]) -> Iterator[tuple[int, Kind]]:
        """Places and events of some kinds."""
        return ((place, event) for place, event in enumerate(self.events) if isinstance(event, kinds))

    def on(self, step: int, *kinds: type[Kind]) -> Iterator[tuple[int, Kind]]:
        """Those of them that are on at a step."""
        return ((place, event) for place, event in self.of(*kinds) if event.at <= step <= event.last)

    def begun(self, step: int) -> int:
        """Number of events that have begun by the end of a step: they are the first ones."""
        return sum(event.at <= step for event in self.events)

    def halted(self, step: int) -> Mask:
        """Assets (A,) that are not traded in the bar of a step, as was planned."""
        halted = np.zeros(self.concerns.shape[1], dtype=np.bool_)
        for place, _ in self.on(step, Halt):
            halted |= self.concerns[place]
        return halted

    def shift(self, step: int) -> F64:
        """Sum of all shocks to the log value by the bar of a step, (A,)."""
        shift = np.zeros(self.concerns.shape[1])
        for place, event in self.of(ValueShock):
            if event.at <= step:
                shift += np.where(self.concerns[place], kernels.log(np.float64(1 + event.change)), 0)
        return shift

    def shown(self, step: int, columns: Sequence[str], values: F32) -> F32:
        """Features (A, F) as they are shown at a step: zeros for sources that are dark."""
        for place, event in self.on(step, DarkSource):
            dark = [column.startswith(f"{event.source}.") for column in columns]
            values = readonly(np.where(self.concerns[place][:, None] & np.array(dark), np.float32(0), values))
        return values

    def record(self, step: int) -> AnyArray:
        """Records of `EVENT` of all that was on in the bar of a step as planned."""
        on = np.zeros_like(self.concerns)
        for place, event in self.on(step, Planned):
            on[place] = self.concerns[place] & (not isinstance(event, _REPORTED))
        return records(on)


def records(on: Mask) -> AnyArray:
    """Records of `EVENT` of events that were on at assets, (E, A), without orders."""
    place, asset = np.nonzero(on)
    found = np.zeros(len(place), dtype=EVENT)
    found["event"], found["asset"] = place, asset
    return found

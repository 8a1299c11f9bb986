"""The pages of a step for the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.agents.cohort import CohortPages
from freeagentics.agents.decision import CohortOutput
from freeagentics.arrays import I32, I64, AnyArray
from freeagentics.journal import BYTES, SHARED, Kind, Page
from freeagentics.market import Accounts, Fills, Observation, Orders
from freeagentics.memory.codec import Codes
from freeagentics.signals import Signals

DEPARTURE = np.dtype([("agent", "<i4")])
PROCESSED = np.dtype([("number", "<i8"), ("target", "<i4")])
_SIGNAL = [
    ("source", "<i4"),
    ("desk", "<i4"),
    ("kind", "u1"),
    ("severity", "u1"),
    ("confidence", "<f4"),
    ("audience", "<u4"),
    ("expires", "<i8"),
]
_ORDER = np.dtype([("agent", "<i4"), ("desk", "<i4"), ("asset", "<i4"), ("quantity", "<i8")])
_STANDING = np.dtype([*_ORDER.descr, ("limit", "<i8"), ("ttl", "<i4"), ("number", "<i4")])
"""Layout of a step's orders where any has a limit, or stands for more than a bar."""

_FILL = np.dtype([*_ORDER.descr, ("price", "<i8"), ("notional", "<i8"), ("fee", "<i8")])
_FILL_OF_STANDING = np.dtype([*_FILL.descr, ("age", "<i4"), ("number", "<i4")])
"""Layout of a step's fills where any is of such orders."""
_OF_ACCOUNTS = ("cash", "fees", "data_costs")


@cache
def _observation(columns: int) -> np.dtype[np.void]:
    return np.dtype([("price", "<i8"), ("values", "<f4", (columns,))])


@cache
def _signal(assets: int) -> np.dtype[np.void]:
    return np.dtype([("number", "<i8"), *_SIGNAL, ("data", "<f4", (assets,))])


@cache
def _account(assets: int) -> np.dtype[np.void]:
    return np.dtype([(name, "<i8") for name in (*_OF_ACCOUNTS, "equity")] + [("position", "<i8", (assets,))])


@dataclass(slots=True, eq=False)
class StepPages:
    """Collects the pages of one step, in the order in which things happen."""

    pages: list[Page] = field(default_factory=list)
    signals: list[Signals] = field(default_factory=list)
    orders: list[Orders] = field(default_factory=list)
    processed: list[AnyArray] = field(default_factory=list)

    def shared(self, kind: Kind, records: AnyArray) -> None:
        """A page that belongs to the whole step."""
        self.pages.append(Page(kind, SHARED, records))

    def left(self, agents: Sequence[int]) -> None:
        """Add the agents that left before this step."""
        if agents:
            self.shared(Kind.DEPARTURES, np.array(agents, dtype=np.int32).view(DEPARTURE))

    def happened(self, events: AnyArray) -> None:
        """Add events that were on in the bar."""
        if len(events):
            self.shared(Kind.EVENTS, events)

    def opened(self, observation: Observation, fills: Fills) -> None:
        """Add the observation, and the fills at the open."""
        records = np.zeros(len(observation.prices), dtype=_observation(observation.values.shape[1]))
        records["price"], records["values"] = observation.prices, observation.values
        self.shared(Kind.OBSERVATION, records)
        if len(fills):
            self.shared(Kind.FILLS, _columns(_FILL_OF_STANDING if fills.number.any() else _FILL, fills))

    def booked(self, codes: Codes, version: int) -> None:
        """Books of desks, as memories share them."""
        self.pages.append(_block(Kind.BOOKS, SHARED, codes.to_bytes(), version, len(codes)))

    def acted(self, cohort: Cohort, actions: CohortOutput, accepted: Orders, processed: tuple[I64, I32]) -> None:
        """Add what a cohort decided, weighed, signalled and ordered, and which signals its decisions dealt with."""
        self.pages.append(Page(Kind.DECISIONS, cohort.number, actions.decisions))
        for kind, records in ((Kind.WEIGHTS, actions.weights), (Kind.CONTRIBUTIONS, actions.contributions)):
            if len(records):
                self.pages.append(Page(kind, cohort.number, records))
        self.signals.append(actions.signals)
        self.orders.append(accepted)
        number, target = processed
        if len(number):
            dealt = np.zeros(len(number), dtype=PROCESSED)
            dealt["number"], dealt["target"] = number, target
            self.processed.append(dealt)

    def learned(self, cohort: Cohort, pages: CohortPages) -> None:
        """Add a cohort's memories, and the outcomes of its earlier decisions."""
        kept = pages.memories
        if len(kept):
            self.pages.append(_block(Kind.MEMORIES, cohort.number, kept.to_bytes(), kept.version, len(kept)))
        if pages.outcomes is not None:
            self.pages.append(Page(Kind.OUTCOMES, cohort.number, pages.outcomes))

    def closed(self, accounts: Accounts, equity: I64, first_signal: int) -> tuple[Page, ...]:
        """All pages of the step."""
        signals = Signals.concatenate(self.signals)
        if len(signals):
            self.shared(Kind.SIGNALS, _signal_records(signals, first_signal))
        orders = Orders.concatenate(self.orders)
        if len(orders):
            self.shared(Kind.ORDERS, _columns(_ORDER if orders.plain else _STANDING, orders))
        if self.processed:
            self.shared(Kind.PROCESSED, np.concatenate(self.processed))
        self.shared(Kind.ACCOUNTS, _account_records(accounts, equity))
        return tuple(self.pages)


def _block(kind: Kind, cohort: int, block: bytes, codec: int, count: int) -> Page:
    return Page(kind, cohort, np.frombuffer(block, dtype=BYTES), codec, count=count)


def _columns(dtype: np.dtype[np.void], holder: Orders | Fills) -> AnyArray:
    records = np.zeros(len(holder), dtype=dtype)
    for name in dtype.names or ():
        records[name] = getattr(holder, name)
    return records


def _signal_records(signals: Signals, first: int) -> AnyArray:
    records = np.zeros(len(signals), dtype=_signal(signals.data.shape[1]))
    for name, _ in _SIGNAL:
        records[name] = getattr(signals, name)
    records["data"], records["number"] = signals.data, first + np.arange(len(signals))
    return records


def _account_records(accounts: Accounts, equity: I64) -> AnyArray:
    desks, assets = accounts.position.shape
    records = np.zeros(desks, dtype=_account(assets))
    for name in _OF_ACCOUNTS:
        records[name] = getattr(accounts, name)
    records["equity"], records["position"] = equity, accounts.position
    return records

"""Roles of a user's own: one agent at a time, in plain Python.

A role is a class in one file. It says its name, when in a step it decides, and which of its attributes are its state; `decide` says what
one agent does. The cohort calls it for every agent, and does all the rest: beliefs, memories, recall, recording.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from freeagentics.agents.signal_kinds import SIGNAL_KINDS
from freeagentics.memory import Feature

BEFORE_RISK, RISK, OPTIMIZING, EXECUTING = range(4)
"""Phases: with the hunters, the risk managers, the optimizers, the executors. Signals of a phase are read from the next on."""


class NoSettings(BaseModel):
    """Settings of a role that has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order of the agent's own that stands, or what is left of it.

    Attributes:
        symbol: of the asset.
        quantity: units that are not filled yet, above zero to buy.
        limit: worst price that it takes, USD; None for any.
        age: bars that it has stood for.
        bars: that it still stands for.
    """

    symbol: str
    quantity: float
    limit: float | None
    age: int
    bars: int


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill of the agent's own in the last bar: units, above zero bought, at a price in USD, and the fee for it, USD."""

    symbol: str
    quantity: float
    price: float
    fee: float


@dataclass(frozen=True, slots=True)
class Seen:
    """View of one agent: the market at the close, as far as its sources show it, and its desk's books.

    Attributes:
        step, timestamp: the step, and market time in ms.
        prices: USD, by symbol.
        columns: what its sources show, by column and symbol, e.g. ``seen.columns["price.trend"]["BTCUSDT"]``.
        equity, cash: of its desk, USD.
        positions: units, by symbol.
        weights: shares of equity, by symbol.
        drawdown: fall from the peak.
        belief: its belief in each regime of each symbol, kept for it by the cohort.
        open_orders: its own orders that stand, in the order in which they came.
        fills: what was filled of its own orders in this bar.
    """

    step: int
    timestamp: int
    prices: Mapping[str, float]
    columns: Mapping[str, Mapping[str, float]]
    equity: float
    cash: float
    positions: Mapping[str, float]
    weights: Mapping[str, float]
    drawdown: float
    belief: Mapping[str, Mapping[str, float]]
    open_orders: Sequence[OpenOrder] = ()
    fills: Sequence[Fill] = ()


@dataclass(frozen=True, slots=True)
class HeardNow:
    """A signal of the agent's own desk that arrived since it last decided. `data` has a number per symbol, whose meaning is the kind's."""

    number: int
    kind: str
    source_desk: int
    severity: int
    confidence: float
    age_hours: float
    data: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory of a situation like this one, and its outcome: there are none whose outcome is not known yet.

    Attributes:
        age: steps, at least the horizon.
        relevance: 0..1.
        result: what the first symbol did over the horizon, within 4.
        reward: stance times result, the mean over symbols; both in standard
            deviations.
    """

    age: int
    relevance: float
    result: float
    reward: float


@dataclass(frozen=True, slots=True)
class Order:
    """Units of a symbol to buy (above zero) or sell, in the next bar, cut to what the desk has.

    Attributes:
        limit: worst price that it takes, USD; without one it takes any.
        ttl: bars that what is not filled of it stands for, 1 to 1,000,000.
    """

    symbol: str
    quantity: float
    limit: float | None = None
    ttl: int = 1


@dataclass(frozen=True, slots=True)
class Tell:
    """A signal to roles of one's own desk.

    Attributes:
        kind: one of the board's kinds.
        to: names of roles, each once; those that the desk lacks fall away. Without it, whoever heeds the kind.
        data: by symbol, 0 for those left out; from 0 to 1 where the kind is a LIMIT, VETO or TARGET, otherwise within a million of 0.
        confidence: 0..1.
        severity: 0, 1, 2 or 3.
    """

    kind: str
    to: Sequence[str] | None = None
    data: Mapping[str, float] = field(default_factory=dict)
    confidence: float = 1.0
    severity: int = 1


@dataclass(frozen=True, slots=True)
class Action:
    """The action of an agent in a step.

    Attributes:
        action: one of the role's `actions`.
        signals, orders: what it asks for.
        reasoning: numbers it went by, under names from the role's `reasoning`.
        stance: what it bets on, by symbol, above zero for a rise, within a million of 0: it is judged by this when the horizon is over.
        value, confidence: for the record; confidence is 0..1.
        cancels: symbols in which all that stands of this agent is taken back, before anything new is queued.
    """

    action: str
    signals: Sequence[Tell] = ()
    orders: Sequence[Order] = ()
    reasoning: Mapping[str, float] = field(default_factory=dict)
    stance: Mapping[str, float] = field(default_factory=dict)
    value: float = 0.0
    confidence: float = 0.5
    cancels: Sequence[str] = ()


class UserRole(ABC):
    """Base class of roles of one's own.

    Class attributes:
        name: of the role, ``[a-z0-9][a-z0-9-]*``, at most 58 characters.
        phase: when it decides: BEFORE_RISK, RISK, OPTIMIZING or EXECUTING.
        actions: names of what it can do, at most 16.
        reasoning: names of the numbers it goes by, at most 6.
        reads: sources it reads, and pays for, in every step; its memories have what they showed.
        heeds: kinds of signals that it hears whoever tells them on its desk; a role that is named in a `Tell` hears that too.
        features: numbers of its own that its memories have, and are recalled by, at most 12: columns of sources that it reads, by their
            names, and others that `perceive` gives.
        state: attributes that change from step to step: numbers, texts, bytes, lists and dicts of Python's own. Checkpoints keep them; what
            is not declared, or would come back changed, fails the first step, or the first checkpoint after it appears.
        Settings: a Pydantic model of what a scenario may set for it, every setting with a default.

    Attributes:
        settings: an instance of `Settings`.
        random: a generator for this agent and step; other sources of randomness would make runs differ.
    """

    name: ClassVar[str]
    phase: ClassVar[int] = BEFORE_RISK
    actions: ClassVar[tuple[str, ...]] = ("wait", "act")
    reasoning: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("price",)
    heeds: ClassVar[tuple[str, ...]] = SIGNAL_KINDS
    features: ClassVar[tuple[Feature, ...]] = ()
    state: ClassVar[tuple[str, ...]] = ()
    Settings: ClassVar[type[BaseModel]] = NoSettings

    settings: Any
    random: np.random.Generator

    def perceive(self, seen: Seen, signals: Sequence[HeardNow]) -> Mapping[str, float]:
        """Give the features of its own that are no columns, by name; 0 for those left out. It is asked once a step, before memories of
        situations like this one are recalled, and only where there are such features."""
        return {}

    @abstractmethod
    def decide(self, seen: Seen, signals: Sequence[HeardNow], memories: Sequence[Remembered]) -> Action:
        """Decide what this agent does now. It must depend on nothing but its arguments, its state, its settings and `random`."""

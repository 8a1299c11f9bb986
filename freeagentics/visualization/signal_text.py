"""What was told: signals in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind, signal_text
from freeagentics.arrays import AnyArray
from freeagentics.signals import Severity
from freeagentics.visualization.history import LATEST_SIGNALS, StepView

Name = Callable[[int], str]
"""Gives the id of an agent by its index."""


@dataclass(frozen=True, slots=True)
class SignalText:
    """A signal: its number, the step it was published at, its kind, from whom, how severe, and what it says in words."""

    number: int
    step: int
    kind: str
    source: str
    severity: str
    confidence: float
    says: str


def says(kind: int, data: AnyArray, symbols: tuple[str, ...]) -> str:
    """What a signal with *data* (A,) says, of the symbol for which it says most."""
    place = int(np.abs(data).argmax())
    return signal_text(kind, {symbols[place]: float(data[place])})


def kind_name(kind: int) -> str:
    """A kind as people write it, e.g. ``whale activity``."""
    return SignalKind(kind).name.lower().replace("_", " ")


def latest(moments: Iterable[StepView], symbols: tuple[str, ...], name: Name) -> tuple[SignalText, ...]:
    """The latest signals of *moments*, which come newest first."""
    records = ((moment.step, record) for moment in moments if moment.signals is not None for record in moment.signals[::-1])
    return tuple(_told(step, record, symbols, name) for step, record in islice(records, LATEST_SIGNALS))


def _told(step: int, record: AnyArray, symbols: tuple[str, ...], name: Name) -> SignalText:
    kind = int(record["kind"])
    return SignalText(
        number=int(record["number"]),
        step=step,
        kind=kind_name(kind),
        source=name(int(record["source"])),
        severity=Severity(int(record["severity"])).name.lower(),
        confidence=float(record["confidence"]),
        says=says(kind, record["data"], symbols),
    )

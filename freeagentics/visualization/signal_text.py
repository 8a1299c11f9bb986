"""Signals in words, as the page lists them."""

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
    """A signal in words: its number, step of publication, kind, sender, severity, confidence, and data."""

    number: int
    step: int
    kind: str
    source: str
    severity: str
    confidence: float
    text: str


def largest_text(kind: int, data: AnyArray, symbols: tuple[str, ...]) -> str:
    """Describe the largest number of a signal's *data* (A,), with its symbol."""
    place = int(np.abs(data).argmax())
    return signal_text(kind, {symbols[place]: float(data[place])})


def kind_name(kind: int) -> str:
    """A kind as people write it, e.g. ``whale activity``."""
    return SignalKind(kind).name.lower().replace("_", " ")


def latest(steps: Iterable[StepView], symbols: tuple[str, ...], name: Name) -> tuple[SignalText, ...]:
    """The latest signals of *steps*, which come newest first."""
    records = ((view.step, record) for view in steps if view.signals is not None for record in view.signals[::-1])
    return tuple(_signal_text(step, record, symbols, name) for step, record in islice(records, LATEST_SIGNALS))


def _signal_text(step: int, record: AnyArray, symbols: tuple[str, ...], name: Name) -> SignalText:
    kind = int(record["kind"])
    return SignalText(
        number=int(record["number"]),
        step=step,
        kind=kind_name(kind),
        source=name(int(record["source"])),
        severity=Severity(int(record["severity"])).name.lower(),
        confidence=float(record["confidence"]),
        text=largest_text(kind, record["data"], symbols),
    )

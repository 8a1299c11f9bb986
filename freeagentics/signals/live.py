"""The signals that have not been forgotten."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.signals.batch import Signals
from freeagentics.signals.column_buffer import ColumnBuffer, Columns

SHOWN = ("source", "desk", "kind", "severity", "confidence", "step", "data", "expires")
"""The columns that readers are given as they were published."""


class LiveSignals:
    """Signals in the order they were published, with a mark between the visible ones and those of the open phase.

    The hidden ones stand at the end; of the expired ones those at the start are dropped.

    Args:
        assets: numbers that each signal carries.

    Attributes:
        visible: signals with numbers below this are visible.
    """

    def __init__(self, assets: int) -> None:
        self.visible = 0
        self._rows = ColumnBuffer(_columns(Signals.empty(assets)) | {"step": np.zeros(0, np.int32), "timestamp": np.zeros(0, np.int64)})

    @property
    def first(self) -> int:
        """Number of the oldest signal that is kept."""
        return self._rows.first

    @property
    def hidden(self) -> int:
        """Number of signals of the open phase."""
        return self._rows.next - self.visible

    def append(self, signals: Signals, step: int, timestamp: int) -> None:
        """Adds signals to the open phase.

        Raises:
            ValueError: *timestamp* lies before that of an earlier signal.
        """
        latest = self._rows.column("timestamp")[-1:]
        if latest.size and timestamp < latest[0]:
            raise ValueError(f"board: timestamp {timestamp} lies before {latest[0]}, that of an earlier signal")
        when = {"step": np.full(len(signals), step), "timestamp": np.full(len(signals), timestamp)}
        self._rows.append(_columns(signals) | when)

    def show(self) -> NDArray[np.int64]:
        """Makes the signals of the open phase visible and returns their numbers."""
        numbers = np.arange(self.visible, self._rows.next)
        self.visible = self._rows.next
        return numbers

    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the visible signals."""
        return np.arange(self.first, self.visible)

    def broadcasts(self, start: int) -> NDArray[np.int64]:
        """Numbers of the visible broadcasts from number *start* on."""
        return (self._rows.column("audience", start, self.visible) == 0).nonzero()[0] + max(start, self.first)

    def at(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """One column of the signals with these numbers."""
        return self._rows.at(name, numbers)

    def shown(self, numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Columns that every reader is given of the signals with these numbers."""
        return {name: self._rows.at(name, numbers) for name in SHOWN}

    def forget(self, now: int) -> None:
        """Drops the visible signals that have expired, up to the first that has not."""
        valid = self._rows.column("expires", stop=self.visible) > now
        self._rows.forget(self.first + int(valid.argmax()) if valid.any() else self.visible)

    def state(self) -> dict[str, NDArray[Any]]:
        """All signals, as arrays."""
        return self._rows.state("signal")

    def load(self, state: Columns) -> None:
        """Becomes what `state` returned, with no phase open."""
        self._rows.load("signal", state)
        self.visible = self._rows.next


def _columns(signals: Signals) -> dict[str, NDArray[Any]]:
    return {field.name: getattr(signals, field.name) for field in fields(signals)}

"""Emission of signals: when one is due, and the signals of a whole cohort as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.arrays import F32, I32, I64, AnyArray, ArrayState, Mask, between, contiguous
from freeagentics.kernels import compiled
from freeagentics.market import Observation
from freeagentics.signals import Signals

_SEVERE = np.array([0.5, 1.0, 2.0], dtype=np.float32)


class LastSent(ArrayState):
    """The last values sent to others, per row: sending the same again every step would drown the board.

    Args:
        ttl: market time, ms, for which a signal stays valid.

    Attributes:
        value: (rows, width).
        step: when it was sent, (rows,); -1 where nothing was.
        expires: market time at which it lapses, (rows,); -1 where nothing was sent.
    """

    def __init__(self, rows: int, ttl: int, width: int = 1) -> None:
        self._ttl = ttl
        self.value = np.zeros((rows, width), dtype=np.float32)
        self.step = np.full(rows, -1, dtype=np.int32)
        self.expires = np.full(rows, -1, dtype=np.int64)

    def due(self, value: F32, change: float, refresh: int, observation: Observation) -> Mask:
        """Rows whose *value* (rows, width) moved by more than *change* since it was sent, was sent *refresh* steps ago or longer, or lapses
        now: where bars are long or missing, that comes before the refresh."""
        due = np.empty(len(value), dtype=np.bool_)
        sent, now = (self.value, self.step, self.expires), (observation.step, observation.timestamp)
        compiled.signals_due(contiguous(value), *sent, change, refresh, *now, due)
        return due

    def record(self, rows: Mask, value: F32, observation: Observation) -> None:
        """Record that these rows sent their *value* (rows, width)."""
        if rows.any():
            self.value[rows] = value[rows]
            self.step[rows], self.expires[rows] = observation.step, observation.timestamp + self._ttl

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.value[rows] = 0
        self.step[rows] = self.expires[rows] = -1


@dataclass(frozen=True, slots=True)
class SignalEmitter:
    """Emits the signals of a cohort in one step.

    Attributes:
        agent, desk: of its rows, (rows,).
        heeding: bits of the roles that heed each kind of signal.
        expires: market time, ms, from which they are no longer read.
    """

    agent: I32
    desk: I32
    heeding: Sequence[int]
    expires: int

    def emit(self, which: Mask, kind: SignalKind, severity: AnyArray | int, confidence: F32, data: F32) -> Signals:
        """One signal from each row of *which*, with its *data* (rows, assets), to whoever heeds its kind. *severity* is a `Severity` or an
        array (rows,).

        Free rows never speak, and where nobody heeds the kind nobody does: an empty audience would mean a broadcast.
        """
        audience = self.heeding[kind]
        rows = (which & (self.agent >= 0)).nonzero()[0]
        if not audience or not rows.size:
            return Signals.empty(data.shape[1])
        return Signals(
            source=self.agent[rows],
            desk=self.desk[rows],
            kind=np.full(rows.size, kind, dtype=np.uint8),
            severity=np.full(rows.size, severity[rows] if isinstance(severity, np.ndarray) else severity, dtype=np.uint8),
            confidence=between(0, confidence[rows], 1).astype(np.float32),
            data=data[rows].astype(np.float32),
            audience=np.full(rows.size, audience, dtype=np.uint32),
            expires=np.full(rows.size, self.expires, dtype=np.int64),
        )


def severity_of(strength: F32) -> np.ndarray:
    """Severity by strength in standard deviations: below 0.5 low, below 1 medium, below 2 high, else critical."""
    return np.searchsorted(_SEVERE, strength, side="right").astype(np.uint8)

"""Batches of signals that a cohort publishes in one phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray


class Severity(IntEnum):
    """Severity of a signal."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Signals as columns, one row a signal.

    Attributes:
        source: (n,) int32, index of the agent that speaks.
        desk: (n,) int32, the desk of that agent.
        kind: (n,) uint8, index into the board's kinds.
        severity: (n,) uint8, a `Severity`.
        confidence: (n,) float32, in 0..1.
        data: (n, assets) float32, one number an asset; the kind says what it means.
        audience: (n,) uint32, bit r set: the agents of role r on the source's desk; 0: a broadcast to everyone.
        expires: (n,) int64, market time from which it is no longer read, ms.

    Raises:
        ValueError: the columns are not of one length, or data is not a table.
    """

    source: NDArray[np.int32]
    desk: NDArray[np.int32]
    kind: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    data: NDArray[np.float32]
    audience: NDArray[np.uint32]
    expires: NDArray[np.int64]

    def __post_init__(self) -> None:
        rows = self.source.shape[:1]
        for name in self.__match_args__:
            shape = getattr(self, name).shape
            if shape[:1] != rows or len(shape) != 1 + (name == "data"):
                expected = f"({len(self)}, assets)" if name == "data" else f"({len(self)},)"
                raise ValueError(f"signals: column {name} has shape {shape}, it must be {expected}")

    def __len__(self) -> int:
        return len(self.source)

    @classmethod
    @cache
    def empty(cls, assets: int) -> Signals:
        """No signals, over *assets* assets: always the same batch."""
        return cls(
            source=np.zeros(0, np.int32),
            desk=np.zeros(0, np.int32),
            kind=np.zeros(0, np.uint8),
            severity=np.zeros(0, np.uint8),
            confidence=np.zeros(0, np.float32),
            data=np.zeros((0, assets), np.float32),
            audience=np.zeros(0, np.uint32),
            expires=np.zeros(0, np.int64),
        )

    def where(self, mask: NDArray[np.bool_]) -> Signals:
        """Rows of a mask (n,)."""
        return Signals(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})

    @classmethod
    def concatenate(cls, batches: Sequence[Signals]) -> Signals:
        """All rows of *batches* (at least one), in their order."""
        spoken = [batch for batch in batches if len(batch)]
        if len(spoken) < 2:
            return spoken[0] if spoken else batches[0]
        return cls(**{field.name: np.concatenate([getattr(batch, field.name) for batch in spoken]) for field in fields(cls)})

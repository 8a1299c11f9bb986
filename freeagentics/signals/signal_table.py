"""A table of the board's signals, for pages and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class SignalTable:
    """Live signals as a table, one row a signal, sorted by number.

    Attributes:
        number: (m,) int64, the signal's number.
        source: (m,) int32, index of the agent that spoke.
        desk: (m,) int32, the source's desk.
        kind: (m,) uint8, index into the board's kinds.
        severity: (m,) uint8, a `Severity`.
        confidence: (m,) float32, in 0..1.
        data: (m, assets) float32, one number an asset.
        step: (m,) int32, the step in which it was published.
        timestamp: (m,) int64, market time of that step, ms.
        expires: (m,) int64, market time from which it is no longer read, ms.
        status: (m,) uint8, a `Status`, that of the target that was asked for.
        processed_step: (m,) int32, step of the target's decision that processed it (the two name the decision), -1 where none did.
    """

    number: NDArray[np.int64]
    source: NDArray[np.int32]
    desk: NDArray[np.int32]
    kind: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    data: NDArray[np.float32]
    step: NDArray[np.int32]
    timestamp: NDArray[np.int64]
    expires: NDArray[np.int64]
    status: NDArray[np.uint8]
    processed_step: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.number)

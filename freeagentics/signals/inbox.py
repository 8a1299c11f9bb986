"""The inbox: signals that a cohort may read now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BROADCAST_ROW = -1
"""The row of a signal that is for the whole cohort."""

NO_DELIVERY = -1
"""The delivery of a signal that is tracked for no target."""


@dataclass(frozen=True, slots=True, eq=False)
class Inbox:
    """The signals that a cohort may read now, one row for each signal and receiver, sorted by (row, number).

    Attributes:
        row: (m,) int32, row of the receiver in the cohort; -1 for a broadcast, which stands here once, for every agent but its source.
        number: (m,) int64, the signal's number.
        delivery: (m,) int64, what `Board.process` marks; -1 for a broadcast.
        source: (m,) int32, index of the agent that spoke.
        desk: (m,) int32, the source's desk.
        kind: (m,) uint8, index into the board's kinds.
        severity: (m,) uint8, a `Severity`.
        confidence: (m,) float32, in 0..1.
        age_ms: (m,) int64, market time since it was published.
        expires: (m,) int64, market time from which it is no longer read, ms.
        step: (m,) int32, the step in which it was published.
        data: (m, assets) float32, one number an asset.
        read_watermark: number below which all broadcasts were considered; the next reading starts here once this one is processed.
    """

    row: NDArray[np.int32]
    number: NDArray[np.int64]
    delivery: NDArray[np.int64]
    source: NDArray[np.int32]
    desk: NDArray[np.int32]
    kind: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    age_ms: NDArray[np.int64]
    expires: NDArray[np.int64]
    step: NDArray[np.int32]
    data: NDArray[np.float32]
    read_watermark: int

    def __len__(self) -> int:
        return len(self.row)

"""Records of an agent's history, five bytes a step: its action, and what it looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagentics.agents.decision import Decisions
from freeagentics.agents.signal_state import SignalState
from freeagentics.arrays import I64, U8, contiguous
from freeagentics.kernels import compiled

RECORD_BYTES = 5
_LEVELS = 15


class HistoryRecord(NamedTuple):
    """One step of an agent's history: its action, how large it was (0..1, to a fifteenth), the sources read, and signals received."""

    action: str
    size: float
    sources: tuple[str, ...]
    received: int


def encode_step(choice: Decisions, read_bits: I64, heard: SignalState) -> U8:
    """A step's records for a cohort's history, (rows, 5); *read_bits*, (rows,) or (1,) for all alike, has a bit a source, of which the
    first sixteen are kept."""
    records = np.empty((len(choice.action), RECORD_BYTES), dtype=np.uint8)
    compiled.history_record(choice.action, contiguous(choice.size, dtype=np.float32), read_bits, heard.received, _LEVELS, records)
    return records


def decode_steps(records: U8, actions: tuple[str, ...], sources: tuple[str, ...]) -> list[HistoryRecord]:
    """Records (n, 5) in words, given the names of the role's actions and of the sources on sale."""
    return [
        HistoryRecord(
            actions[action], size / _LEVELS, tuple(name for bit, name in enumerate(sources[:16]) if (low | high << 8) >> bit & 1), received
        )
        for action, size, low, high, received in records.tolist()
    ]

"""Rumours: false signals that events put on the board."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SignalKind
from freeagentics.market import Calendar, Observation
from freeagentics.market.events import Rumour
from freeagentics.signals import Directory, Severity, Signals

_EVERYBODY = 0


def rumours(calendar: Calendar, observation: Observation, directory: Directory, ttl: int) -> Signals:
    """Signals that the rumours of a step are: broadcasts in the name of the first agent who is there, valid for *ttl* ms."""
    assets = len(observation.prices)
    batches = [Signals.empty(assets)]
    for place, event in calendar.on(observation.step, Rumour):
        source = int(np.argmax(directory.alive))
        batches.append(
            Signals(
                source=np.array([source], dtype=np.int32),
                desk=directory.desk[[source]],
                kind=np.array([SignalKind[event.signal.upper().replace("-", "_")]], dtype=np.uint8),
                severity=np.array([Severity.HIGH], dtype=np.uint8),
                confidence=np.array([event.confidence], dtype=np.float32),
                data=np.where(calendar.concerns[[place]], np.float32(event.value), np.float32(0)),
                audience=np.array([_EVERYBODY], dtype=np.uint32),
                expires=np.array([observation.timestamp + ttl], dtype=np.int64),
            )
        )
    return Signals.concatenate(batches)

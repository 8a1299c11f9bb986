"""A small town for the tests of the board: two desks, two roles, a cohort for each role, and one more hunter in a cohort of its own."""

from __future__ import annotations

import numpy as np

from freeagentics.signals import Board, Directory, Severity, Signals

HUNTER, TRADER = 0, 1
HUNTERS, TRADERS, LATE = 10, 20, 30
TTL = 1000
ASSETS = 2
KINDS = ("whale", "crash")


def town() -> Directory:
    """Agents 0-3 are hunters, 4-7 traders, 8 a hunter in another cohort; even ones on desk 0, odd ones on desk 1, but 8 is on desk 0."""
    directory = Directory(("hunter", "trader"), desks=2)
    directory.add(HUNTER, np.arange(4), HUNTERS, np.arange(4))
    directory.add(TRADER, np.arange(4), TRADERS, np.arange(4))
    directory.add(HUNTER, [4], LATE, [0])
    return directory


def board(directory: Directory | None = None) -> Board:
    return Board(KINDS, directory or town(), assets=ASSETS)


def to(*roles: int) -> int:
    """The audience of these roles."""
    return sum(1 << role for role in roles)


EVERYONE = 0


def signal(
    source: int,
    audience: int,
    *,
    kind: int = 0,
    severity: int = Severity.LOW,
    confidence: float = 0.5,
    value: float = 1.0,
    timestamp: int = 0,
) -> Signals:
    """One signal, which expires TTL after *timestamp*; of the town's agents, those with an even number are on desk 0."""
    return Signals(
        source=np.array([source], np.int32),
        desk=np.array([source % 2], np.int32),
        kind=np.array([kind], np.uint8),
        severity=np.array([severity], np.uint8),
        confidence=np.array([confidence], np.float32),
        data=np.full((1, ASSETS), value, np.float32),
        audience=np.array([audience], np.uint32),
        expires=np.array([timestamp + TTL]),
    )

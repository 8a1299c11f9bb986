"""Checks of what may go on the board."""

from __future__ import annotations

from freeagentics.signals.batch import Severity, Signals
from freeagentics.signals.directory import Directory


def check_signals(signals: Signals, directory: Directory, *, kinds: int, assets: int, timestamp: int) -> None:
    """Refuses signals that no reader could make sense of; data may be anything, its kind knows what it means.

    Raises:
        ValueError: names the first row that is wrong, its column, and what would be right.
    """
    if signals.data.shape[1] != assets:
        raise ValueError(f"signals: column data has {signals.data.shape[1]} assets, the board has {assets}")
    _check_range(signals, "source", len(directory) - 1)
    _check_range(signals, "kind", kinds - 1)
    _check_range(signals, "severity", max(Severity))
    _check_range(signals, "confidence", 1)
    _check_range(signals, "audience", 2 ** len(directory.roles) - 1)
    expired = (signals.expires <= timestamp).nonzero()[0]
    if expired.size:
        row = expired[0]
        raise ValueError(f"signals: row {row}: expires is {signals.expires[row]}, it must lie after {timestamp}, when it is published")
    desk = directory.desk[signals.source]
    mismatched = (signals.desk != desk).nonzero()[0]
    if mismatched.size:
        row = mismatched[0]
        agent = f"agent {signals.source[row]} is on desk {desk[row]}"
        raise ValueError(f"signals: row {row}: desk is {signals.desk[row]}, it must be that of its source: {agent}")


def _check_range(signals: Signals, name: str, last: int) -> None:
    values = getattr(signals, name)
    # Asked as "inside", because NaN is neither below nor above.
    wrong = (~((values >= 0) & (values <= last))).nonzero()[0]
    if wrong.size:
        raise ValueError(f"signals: row {wrong[0]}: {name} is {values[wrong[0]]}, it must be in 0..{last}")

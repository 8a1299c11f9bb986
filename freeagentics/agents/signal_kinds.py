"""What signals mean: the number that each kind gives per asset."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from freeagentics.arrays import AnyArray, Mask


class SignalKind(IntEnum):
    """Kinds of signals that the built-in roles send."""

    WHALE_ACTIVITY = 0
    """Count of large orders, signed by the direction they are taken to bet on."""
    TREND = 1
    """Forecast over the horizon, in standard deviations."""
    VOLATILITY = 2
    """Fast over slow volatility."""
    SENTIMENT = 3
    """Forecast over the horizon from sentiment and funding, in standard deviations."""
    LIMIT = 4
    """Largest allowed share of equity, the same for every asset."""
    VETO = 5
    """1: hold nothing; 0: the veto is lifted."""
    TARGET = 6
    """Target weight of the asset in the desk's equity."""


SIGNAL_KINDS: tuple[str, ...] = tuple(kind.name for kind in SignalKind)

SHARES = frozenset({SignalKind.LIMIT, SignalKind.VETO, SignalKind.TARGET})
"""Kinds whose numbers are from 0 to 1: whoever heeds them trades by them, and nothing is held short or on credit."""


def stricter_of(kind: AnyArray, held: AnyArray, said: AnyArray) -> Mask:
    """Where *held* is a stricter limit or veto than *said*, all of shape (n,); of other kinds none is."""
    return np.where(kind == SignalKind.LIMIT, held < said, (kind == SignalKind.VETO) & (held > said))

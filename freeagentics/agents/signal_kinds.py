"""Kinds of signals: the number that each gives per asset, its unit, and which of two is the stricter."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


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


_QUANTITIES = {
    SignalKind.WHALE_ACTIVITY: ("large orders", "+z.0f", ""),
    SignalKind.TREND: ("expected return", "+z.2f", " sd"),
    SignalKind.VOLATILITY: ("fast over slow volatility", ".2f", ""),
    SignalKind.SENTIMENT: ("expected return", "+z.2f", " sd"),
    SignalKind.LIMIT: ("exposure at most", ".0%", ""),
    SignalKind.TARGET: ("target weight", ".0%", ""),
}
"""The quantity of each kind, the format of its number, and its unit."""


def signal_text(kind: int, data: Mapping[str, float]) -> str:
    """The words of a signal, e.g. ``expected return +0.75 sd in BTC``; *data* by symbol, of which those at zero are left out."""
    if kind == SignalKind.VETO:
        return "hold nothing" if any(data.values()) else "veto lifted"
    quantity, form, unit = _QUANTITIES[SignalKind(kind)]
    named = {symbol: value for symbol, value in data.items() if value}
    if kind == SignalKind.LIMIT or not named:
        return f"{quantity} {next(iter(data.values())):{form}}{unit}"
    return f"{quantity} {', '.join(f'{value:{form}}{unit} in {symbol}' for symbol, value in named.items())}"

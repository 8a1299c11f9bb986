"""Signals that an agent sent in a step, in words."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind, signal_text
from freeagentics.arrays import AnyArray
from freeagentics.report.formatting import humanize, listing

FORECASTS = (SignalKind.TREND, SignalKind.SENTIMENT)


def told(signal: AnyArray, asset: int, symbol: str) -> str:
    """What a signal says of one asset."""
    return signal_text(int(signal["kind"]), {symbol: float(signal["data"][asset])})


def audience(mask: int, team: tuple[str, ...]) -> str:
    """Name the roles that a signal was for."""
    roles = [humanize(role) for number, role in enumerate(team) if mask >> number & 1]
    return f"the {listing(roles)}" if roles else "everybody"


def telling(signals: AnyArray, asset: int, symbol: str, team: tuple[str, ...], *, known: bool) -> str:
    """Describe an agent's *signals* (n,) of a step and their recipients; empty where there are none.

    A forecast of the asset that is *known* already is not repeated.
    """
    if not len(signals):
        return ""
    whom = audience(int(np.bitwise_or.reduce(signals["audience"])), team)
    news = signals[~np.isin(signals["kind"], FORECASTS)] if known else signals
    said = [told(signal, asset, symbol) for signal in news]
    if len(said) == len(signals):
        return f"signalled {whom}: {listing(said)}"
    return f"signalled it to {whom}{f', and {listing(said)}' if said else ''}"

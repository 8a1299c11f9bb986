"""Signals that an agent sent in a step, in words."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind, signal_text
from freeagentics.arrays import AnyArray
from freeagentics.report.formatting import humanize, listing

FORECASTS = (SignalKind.TREND, SignalKind.SENTIMENT)


def signal_content(signal: AnyArray, asset: int, symbol: str) -> str:
    """Describe the number of a signal for one asset."""
    return signal_text(int(signal["kind"]), {symbol: float(signal["data"][asset])})


def audience(mask: int, team: tuple[str, ...]) -> str:
    """Name the roles that a signal was for."""
    roles = [humanize(role) for number, role in enumerate(team) if mask >> number & 1]
    return f"the {listing(roles)}" if roles else "everybody"


def describe_signals(signals: AnyArray, asset: int, symbol: str, team: tuple[str, ...], *, known: bool) -> str:
    """Describe an agent's *signals* (n,) of a step and their recipients; empty where there are none.

    A forecast of the asset that is *known* already is not repeated.
    """
    if not len(signals):
        return ""
    whom = audience(int(np.bitwise_or.reduce(signals["audience"])), team)
    news = signals[~np.isin(signals["kind"], FORECASTS)] if known else signals
    contents = [signal_content(signal, asset, symbol) for signal in news]
    if len(contents) == len(signals):
        return f"signalled {whom}: {listing(contents)}"
    return f"signalled it to {whom}{f', and {listing(contents)}' if contents else ''}"

"""What an agent told others, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freeagentics.agents import SIGNAL_KINDS, SignalKind
from freeagentics.arrays import AnyArray
from freeagentics.report.formatting import humanize, listing, number, percent

FORECASTS = (SignalKind.TREND, SignalKind.SENTIMENT)


def _sd(value: float) -> str:
    return f"{number(value, signed=True)} standard deviations"


_SAYING: dict[int, Callable[[float, str], str]] = {
    SignalKind.WHALE_ACTIVITY: lambda value, symbol: f"{abs(value):.0f} large orders betting on a {_way(value)} of {symbol}",
    SignalKind.TREND: lambda value, symbol: f"a trend of {_sd(value)} in {symbol}",
    SignalKind.VOLATILITY: lambda value, symbol: f"volatility of {symbol} at {number(value, 1)} times its usual",
    SignalKind.SENTIMENT: lambda value, symbol: f"a mood worth {_sd(value)} in {symbol}",
    SignalKind.LIMIT: lambda value, symbol: f"hold at most {percent(value, 0)} of equity",
    SignalKind.VETO: lambda value, symbol: "hold nothing" if value else "the veto is lifted",
    SignalKind.TARGET: lambda value, symbol: f"hold {percent(value, 0)} in {symbol}",
}


def _way(value: float) -> str:
    return "rise" if value > 0 else "fall"


def told(signal: AnyArray, asset: int, symbol: str) -> str:
    """What a signal says of one asset; numbers of kinds that are not known are given as they are."""
    kind, value = int(signal["kind"]), float(signal["data"][asset])
    saying = _SAYING.get(kind)
    return saying(value, symbol) if saying else f"{humanize(SIGNAL_KINDS[kind])} {number(value)}"


def audience(mask: int, team: tuple[str, ...]) -> str:
    """Whom a signal was for."""
    roles = [humanize(role) for number, role in enumerate(team) if mask >> number & 1]
    return f"the {listing(roles)}" if roles else "everybody"


def telling(signals: AnyArray, asset: int, symbol: str, team: tuple[str, ...], *, known: bool) -> str:
    """What an agent told with its *signals* (n,) of a step, and whom; empty where it told nothing.

    Where its forecast of the asset is *known* already it is not told twice.
    """
    if not len(signals):
        return ""
    whom = audience(int(np.bitwise_or.reduce(signals["audience"])), team)
    news = signals[~np.isin(signals["kind"], FORECASTS)] if known else signals
    said = [told(signal, asset, symbol) for signal in news]
    if len(said) == len(signals):
        return f"told {whom}: {listing(said)}"
    return f"told {whom} so, and {listing(said)}" if said else f"told {whom} so"

"""What an agent told others, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freeagentics.agents import SIGNAL_KINDS, SignalKind
from freeagentics.arrays import AnyArray
from freeagentics.report.words import listing, number, percent, plain


def _sd(value: float) -> str:
    return f"{number(value, signed=True)} standard deviations"


_SAYING: dict[int, Callable[[float, str], str]] = {
    SignalKind.WHALE_ACTIVITY: lambda value, symbol: f"{abs(value):.0f} large orders in {symbol} taken to bet on {_way(value)}",
    SignalKind.TREND: lambda value, symbol: f"a trend of {_sd(value)} in {symbol}",
    SignalKind.VOLATILITY: lambda value, symbol: f"volatility at {number(value, 1)} times its usual in {symbol}",
    SignalKind.SENTIMENT: lambda value, symbol: f"a mood worth {_sd(value)} in {symbol}",
    SignalKind.LIMIT: lambda value, symbol: f"a limit of {percent(value, 0)} of equity",
    SignalKind.VETO: lambda value, symbol: "hold nothing" if value else "the veto is lifted",
    SignalKind.TARGET: lambda value, symbol: f"a target of {percent(value, 0)} in {symbol}",
}


def _way(value: float) -> str:
    return "a rise" if value > 0 else "a fall"


def told(signal: AnyArray, asset: int, symbol: str) -> str:
    """What a signal says of one asset; numbers of kinds that are not known are given as they are."""
    kind, value = int(signal["kind"]), float(signal["data"][asset])
    saying = _SAYING.get(kind)
    return saying(value, symbol) if saying else f"{plain(SIGNAL_KINDS[kind])} {number(value)}"


def audience(mask: int, team: tuple[str, ...]) -> str:
    """Whom a signal was for."""
    roles = [plain(role) for number, role in enumerate(team) if mask >> number & 1]
    return f"the {listing(roles)}" if roles else "everybody"


def telling(signals: AnyArray | None, agent: int, asset: int, symbol: str, team: tuple[str, ...]) -> str:
    """What an agent told, and whom, among the *signals* of a step; empty where it told nothing."""
    mine = signals[signals["source"] == agent] if signals is not None else np.empty(0)
    if not len(mine):
        return ""
    everyone = int(np.bitwise_or.reduce(mine["audience"]))
    said = [told(signal, asset, symbol) for signal in mine]
    return f"told {audience(everyone, team)}: {listing(said)}"

"""Drift: what planted regularities add to a path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from freeagentics import kernels
from freeagentics.arrays import F64, AnyArray
from freeagentics.market.synthetic.echo import EchoEvent, plant_echoes
from freeagentics.market.synthetic.ground_truth import Echoes, Pumps
from freeagentics.market.synthetic.planted import Crash, Echo, LeadLag, RegimeDrift, Rule, WhalePump
from freeagentics.market.synthetic.regimes import REGIMES
from freeagentics.randomness import generator, normal

_TURBULENCE_HALF_LIFE = 24

_Event = tuple[int, int, bool, float, int]


def plant(
    seed: int, planted: tuple[Rule, ...], regime: NDArray[np.int8], returns: F64, volatility: F64, whales: F64, stays: F64
) -> tuple[F64, Pumps, Echoes]:
    """Log drift of each bar (T, A), and the pumps and echoes in it.

    Pumps look at the trend with all drifts and all pumps planted before them in it; who follows another asset, at all of its drift.

    Args:
        seed: of the market.
        planted: the rules.
        regime: int8 (T,).
        returns: log returns (T, A) of the path without drift.
        volatility: standard deviations of these, (T, A).
        whales: counts (T, A).
        stays: simple returns of regimes that return, (T,).
    """
    drift = np.zeros_like(returns)
    drift += kernels.log1p(stays)[:, None]
    for rule in planted:
        if isinstance(rule, RegimeDrift):
            drift += kernels.log1p(_by_regime(rule)[regime])[:, None]
        elif isinstance(rule, Crash):
            drift[rule.bar : rule.bar + rule.bars] += kernels.log1p(-rule.fall) / rule.bars
    events: list[_Event] = []
    echoes: list[EchoEvent] = []
    motifs = 0
    for index, rule in enumerate(planted):
        if isinstance(rule, WhalePump):
            events += _pump(seed, f"market/pump-{index}", rule, returns, whales, drift)
        elif isinstance(rule, Echo):
            echoes += plant_echoes(seed, f"market/echo-{index}", rule, motifs, volatility, drift)
            motifs += rule.motifs
    for rule in planted:
        if isinstance(rule, LeadLag):
            drift[rule.lag :, 1:] += rule.share * (returns + drift)[: -rule.lag, :1]
    table = np.array(events, dtype=[("bar", np.int64), ("asset", np.int64), ("pumped", bool), ("rise", np.float64), ("bars", np.int64)])
    heard = np.array(echoes, dtype=[("bar", np.int64), ("asset", np.int64), ("motif", np.int64), ("rise", np.float64), ("bars", np.int64)])
    return drift, Pumps(*_columns(table)), Echoes(*_columns(heard))


def _columns(table: AnyArray) -> list[AnyArray]:
    return [np.ascontiguousarray(table[name]) for name in table.dtype.names or ()]


def aftershock(planted: tuple[Rule, ...], bars: int) -> F64:
    """Factor by which the crashes among *planted* multiply the volatility of each bar, (T, 1)."""
    factor = np.ones((bars, 1))
    for rule in planted:
        if isinstance(rule, Crash):
            since = np.arange(bars - min(rule.bar, bars))
            factor[len(factor) - len(since) :, 0] *= 1 + (rule.turbulence - 1) * kernels.exp2(-since / _TURBULENCE_HALF_LIFE)
    return factor


def _by_regime(rule: RegimeDrift) -> F64:
    return np.array([{"bull": rule.bull, "bear": rule.bear}.get(name, 0.0) for name in REGIMES])


def _pump(seed: int, purpose: str, rule: WhalePump, returns: F64, whales: F64, drift: F64) -> list[_Event]:
    """Add the pumps of one rule to *drift* (T, A), in place, and list where its conditions held.

    Draws are made for every bar, needed or not, so that a longer market has the same pumps where it overlaps a shorter one.
    """
    chance = generator(seed, f"{purpose}/chance").random(returns.shape)
    noise = np.clip(normal(generator(seed, f"{purpose}/rise"), returns.shape), -3, 3)
    lengths = generator(seed, f"{purpose}/bars").integers(rule.within[0], rule.within[1] + 1, size=returns.shape)
    events: list[_Event] = []
    for asset in range(returns.shape[1]):
        free_from = rule.trend_bars
        for bar in np.flatnonzero(whales[:, asset] >= rule.whales).tolist():
            window = slice(bar + 1 - rule.trend_bars, bar + 1)
            if bar < free_from or kernels.total(returns[window, asset]) + kernels.total(drift[window, asset]) <= 0:
                continue
            if chance[bar, asset] >= rule.probability:
                events.append((bar, asset, False, 0.0, 0))
                continue
            rise, length = float(rule.rise + rule.rise_sd * noise[bar, asset]), int(lengths[bar, asset])
            drift[bar + 1 : bar + 1 + length, asset] += kernels.log1p(rise) / length
            events.append((bar, asset, True, rise, length))
            free_from = bar + length
    return events

"""Regimes that return: when each is there, how bars look then, and what prices do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.market.synthetic.planted import RegimeReturn, Rule
from freeagentics.randomness import generator

_SIGNATURES = np.array([(volume, swing) for volume in (-1, 0, 1) for swing in (-1, 0, 1) if volume or swing], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of the regimes of all rules, and what they do to bars.

    Attributes:
        volume: added to the logarithm of volume, (T, 1).
        swing: logarithm of what swings within a bar are multiplied by, (T, 1).
        drift: simple return of each bar, (T,).
        bar, regime, bars: first bar, number and length of each, (n,) int64.
    """

    volume: F64
    swing: F64
    drift: F64
    bar: I64
    regime: I64
    bars: I64


def stays(seed: int, planted: tuple[Rule, ...], bars: int) -> Stays:
    """Stays among so many bars; regimes are numbered rule after rule."""
    shift, drift = np.zeros((bars, 2)), np.zeros(bars)
    events: list[tuple[int, int, int]] = []
    first = 0
    for index, rule in enumerate(planted):
        if not isinstance(rule, RegimeReturn):
            continue
        purpose = f"market/return-{index}"
        signature = generator(seed, f"{purpose}/signatures").permutation(_SIGNATURES)[: rule.regimes] * rule.signature
        for bar, regime, length in _stays_of(seed, purpose, rule, bars):
            there = slice(bar, bar + length)
            shift[there] += signature[regime]
            drift[there] += rule.drift if regime % 2 == 0 else -rule.drift
            events.append((bar, first + regime, length))
        first += rule.regimes
    table = np.array(events, dtype=np.int64).reshape(-1, 3)
    return Stays(shift[:, :1], shift[:, 1:], drift, *(np.ascontiguousarray(column) for column in table.T))


def _stays_of(seed: int, purpose: str, rule: RegimeReturn, bars: int) -> list[tuple[int, int, int]]:
    """First bar, regime and length of each stay. Draws are made for every bar, so that more bars change no earlier ones."""
    begins = generator(seed, f"{purpose}/begins").random(bars) < 1 / rule.every
    others = generator(seed, f"{purpose}/which").integers(1, rule.regimes, size=bars)
    lengths = generator(seed, f"{purpose}/stay").integers(rule.stay[0], rule.stay[1] + 1, size=bars)
    found: list[tuple[int, int, int]] = []
    regime, free_from = 0, 0
    for bar in np.flatnonzero(begins).tolist():
        if bar < free_from:
            continue
        regime = (regime + int(others[bar])) % rule.regimes
        free_from = bar + int(lengths[bar])
        found.append((bar, regime, int(lengths[bar])))
    return found

"""Regimes that return: when each is there, how it opens, and what prices do in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.market.synthetic.courses import courses
from freeagentics.market.synthetic.planted import RegimeReturn, Rule
from freeagentics.randomness import generator


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of the regimes of all rules, and what they do to bars.

    Attributes:
        volume: added to the logarithm of volume, (T, 1).
        drift: simple return of each bar, (T,).
        bar, regime, bars: first bar with a drift, number and length of each whose opening was complete, (n,) int64.
    """

    volume: F64
    drift: F64
    bar: I64
    regime: I64
    bars: I64


def stays(seed: int, planted: tuple[Rule, ...], bars: int) -> Stays:
    """Stays among so many bars; regimes are numbered rule after rule."""
    volume, drift = np.zeros((bars, 1)), np.zeros(bars)
    events: list[tuple[int, int, int]] = []
    first = 0
    for index, rule in enumerate(planted):
        if not isinstance(rule, RegimeReturn):
            continue
        purpose = f"market/return-{index}"
        openings = courses(seed, purpose, rule.regimes, rule.opening, rule.size)
        for bar, regime, length in _stays_of(seed, purpose, rule, bars, [len(opening) for opening in openings]):
            opening = openings[regime][: bars - bar]
            begins = bar + len(opening)
            volume[bar:begins, 0] += opening
            drift[begins : begins + length] += rule.drift if regime % 2 == 0 else -rule.drift
            if begins < bars:
                events.append((begins, first + regime, length))
        first += rule.regimes
    table = np.array(events, dtype=np.int64).reshape(-1, 3)
    return Stays(volume, drift, *(np.ascontiguousarray(column) for column in table.T))


def _stays_of(seed: int, purpose: str, rule: RegimeReturn, bars: int, openings: list[int]) -> list[tuple[int, int, int]]:
    """Bar at which the opening begins, regime and bars of drift of each stay. Draws are made for every bar, so that more bars change no
    earlier ones."""
    begins = generator(seed, f"{purpose}/begins").random(bars) < 1 / rule.every
    others = generator(seed, f"{purpose}/which").integers(1, rule.regimes, size=bars)
    lengths = generator(seed, f"{purpose}/stay").integers(rule.stay[0], rule.stay[1] + 1, size=bars)
    found: list[tuple[int, int, int]] = []
    regime, free_from = 0, 0
    for bar in np.flatnonzero(begins).tolist():
        if bar < free_from:
            continue
        regime, length = (regime + int(others[bar])) % rule.regimes, int(lengths[bar])
        free_from = bar + openings[regime] + length
        found.append((bar, regime, length))
    return found

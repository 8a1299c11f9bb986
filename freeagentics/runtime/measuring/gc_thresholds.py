"""Thresholds of the garbage collector, from the size of a population."""

from __future__ import annotations

from dataclasses import dataclass

HIGH_PRESSURE = 0.8
"""Share of the limit from which bytes matter more than time."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Counts at which a generation is collected: new objects for the young one, collections of the one below for the two others."""

    young: int
    middle: int = 10
    old: int = 10


def thresholds(agent_count: int, pressure: float, patience: float) -> Thresholds:
    """Thresholds for a population.

    Every agent may leave some objects behind in a step before that calls for a collection, so the young threshold grows with their number;
    so it does with *patience* (1 to 16), and it shrinks as *pressure* (resident set over limit) comes near 1.
    """
    room = 1.0 if pressure < HIGH_PRESSURE / 2 else max(0.1, 1.0 - pressure)
    young = (2_000 + 20 * agent_count) * patience * room
    return Thresholds(int(min(max(young, 700), 500_000)), old=10 if pressure < HIGH_PRESSURE else 2)

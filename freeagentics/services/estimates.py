"""Estimates with their uncertainty: rates and latencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of successes.

    Attributes:
        successes, trials: counts.
        low, high: the interval of 95 % after Wilson (1927, https://doi.org/10.1080/01621459.1927.10502953); 0 and 1 without trials.
    """

    successes: int
    trials: int
    low: float
    high: float

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Rate:
        """The share of True."""
        given = list(outcomes)
        return cls.counted(sum(given), len(given))

    @classmethod
    def counted(cls, successes: int, trials: int) -> Rate:
        """The share of *successes* in *trials*."""
        if not trials:
            return cls(0, 0, 0.0, 1.0)
        square = NormalDist().inv_cdf(0.975) ** 2
        rate, center = successes / trials, (successes + square / 2) / (trials + square)
        half = (square * successes * (trials - successes) / trials + square**2 / 4) ** 0.5 / (trials + square)
        # Where all or none succeed an end is the rate itself, and rounding must not put it on the other side.
        return cls(successes, trials, max(min(center - half, rate), 0.0), min(max(center + half, rate), 1.0))

    def plus(self, successes: int, trials: int) -> Rate:
        """The share with these counts added."""
        return Rate.counted(self.successes + successes, self.trials + trials)

    @property
    def rate(self) -> float:
        """Successes per trial; nan without trials."""
        return self.successes / self.trials if self.trials else float("nan")


@dataclass(frozen=True, slots=True)
class Latency:
    """Latencies in ms; nan where none was measured.

    Attributes:
        count: how many were measured.
        mean, median, p95, longest: of them.
    """

    count: int
    mean: float
    median: float
    p95: float
    longest: float

    @classmethod
    def of(cls, latencies: Sequence[float]) -> Latency:
        """The figures of these latencies in ms."""
        if not latencies:
            return cls(0, *[float("nan")] * 4)
        median, p95, longest = np.quantile(latencies, (0.5, 0.95, 1.0)).tolist()
        return cls(len(latencies), sum(latencies) / len(latencies), median, p95, longest)

"""Buckets: spans of steps that a chart shows as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64


@dataclass(frozen=True, slots=True)
class Buckets:
    """*steps* steps in at most *most* spans of nearly the same length."""

    steps: int
    most: int

    @property
    def count(self) -> int:
        """Number of buckets."""
        return min(self.steps, self.most)

    def of(self, step: int) -> int:
        """The bucket of a step, counted from 0."""
        return (step - 1) * self.count // self.steps

    @property
    def starts(self) -> I64:
        """The place of the first step of each, counted from 0, (count,)."""
        return -(-np.arange(self.count) * self.steps // self.count)

    @property
    def middles(self) -> I64:
        """The place of the step in the middle of each, counted from 0, (count,)."""
        return (self.starts + np.append(self.starts[1:], self.steps) - 1) // 2

    def sums(self, values: F64) -> F64:
        """Sums of values (T, ...) in each bucket, (count, ...)."""
        return np.add.reduceat(values, self.starts, axis=0)

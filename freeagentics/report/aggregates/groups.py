"""Groups of desks side by side: their equity over time, and how their desks did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import stdtrit

from freeagentics.arrays import F64
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData


@dataclass(frozen=True, slots=True)
class GroupMean:
    """A mean over desks, and half of its 95 % interval; NaN for one desk."""

    value: float
    half: float

    @classmethod
    def of(cls, values: F64) -> GroupMean:
        """The mean of values (n,), with Student's interval."""
        if len(values) < 2:
            return cls(float(values.mean()), float("nan"))
        error = values.std(ddof=1) / np.sqrt(len(values))
        return cls(float(values.mean()), float(stdtrit(len(values) - 1, 0.975) * error))


class GroupCurves:
    """Equity by group; T steps, G groups, none where the scenario has none.

    Attributes:
        names: of the groups.
        desks: of each group, as slices of all desks.
        equity: mean over the group's desks, USD, (T, G).
    """

    def __init__(self, context: RunContext) -> None:
        groups = context.scenario.desks
        ends = np.cumsum([0, *(group.count for group in groups)]).tolist()
        self.names = tuple(group.name for group in groups)
        self.desks = tuple(slice(first, last) for first, last in pairwise(ends))
        self.equity = np.zeros((context.steps, len(groups)))

    def update(self, data: StepData) -> None:
        """Take in one step."""
        for place, desks in enumerate(self.desks):
            self.equity[data.step - 1, place] = data.accounts["equity"][desks].mean() / CENTS

    def mean(self, values: F64, group: int) -> GroupMean:
        """Mean of values of all desks (D,) over those of a group."""
        return GroupMean.of(values[self.desks[group]])

    def difference(self, values: F64, group: int) -> GroupMean | None:
        """Mean of a group less that of the first, desk by desk, since desks in the same place of their groups draw the same; None where the
        groups are of different size."""
        mine, first = values[self.desks[group]], values[self.desks[0]]
        return GroupMean.of(mine - first) if len(mine) == len(first) else None

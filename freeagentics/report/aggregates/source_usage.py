"""Usage of sources: reads, costs, and rewards of decisions made with a source beside those made without."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import F64, I64
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.estimate import Estimate, difference_of
from freeagentics.report.aggregates.scan import StepData


class SourceUsage:
    """Reads of the sources that one role may buy; T steps, S sources.

    Attributes:
        role: its number.
        sources: names, in the order of the bits of the reason ``sources_read``.
        cents: cost of a read, (S,).
        reads: decisions that read each source, (T, S).
        decisions: all decisions of the role, (T,).
    """

    def __init__(self, context: RunContext, role: int, kind: type[Forecaster]) -> None:
        self.role = role
        self.sources = kind.watched(context.sources, context.team)
        self.cents = np.array([context.sources[name] for name in self.sources], dtype=np.int64)
        shape = (context.steps, len(self.sources))
        self.reads, self._judged, self._unread = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self._with, self._without = np.zeros(shape), np.zeros(shape)
        self.decisions = np.zeros(context.steps, dtype=np.int64)
        self._role, self._horizon = context.role, context.horizon
        self._reasoning = context.names.of_role(kind.role).reasoning

    def update(self, data: StepData) -> None:
        """Take in one step."""
        place = data.step - 1
        mine = self._role[data.decisions["agent"]] == self.role
        reasons, reward = reasons_by_name(self._reasoning, data.decisions["reason"][mine]), data.reward[mine]
        bits = reasons["sources_read"].astype(np.int64)
        read = (bits[:, None] >> np.arange(len(self.sources)) & 1).astype(np.bool_)
        known = np.isfinite(reward)
        self.decisions[place], self.reads[place] = len(bits), read.sum(axis=0)
        self._judged[place], self._unread[place] = read[known].sum(axis=0), (~read[known]).sum(axis=0)
        earned = np.where(known, reward, 0)[:, None]
        self._with[place], self._without[place] = (earned * read).sum(axis=0), (earned * ~read).sum(axis=0)

    def share(self) -> F64:
        """Share of the role's decisions that read each source, (S,)."""
        return self.reads.sum(axis=0) / max(int(self.decisions.sum()), 1)

    def returned(self, source: int) -> tuple[Estimate, int]:
        """Mean reward of decisions that read a source less that of those that did not, and how many did not."""
        sums, counts = self._with[:, source], self._judged[:, source]
        others, other_counts = self._without[:, source], self._unread[:, source]
        return difference_of(sums, counts, others, other_counts, self._horizon), int(other_counts.sum())


def source_usages(context: RunContext) -> tuple[SourceUsage, ...]:
    """Usage by every role of the run's team that buys sources."""
    kinds = [(role, ROLES[name]) for role, name in enumerate(context.team) if name in ROLES]
    return tuple(SourceUsage(context, role, kind) for role, kind in kinds if issubclass(kind, Forecaster))


def spent(usage: SourceUsage) -> I64:
    """Cents that the reads of each source cost at its price, (S,). An account that had run out of cash was charged less."""
    return np.asarray(usage.reads.sum(axis=0) * usage.cents)

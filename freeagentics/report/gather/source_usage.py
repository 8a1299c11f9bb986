"""Which sources were paid for, and what decisions made with them earned beside those made without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import F64, I64
from freeagentics.report.gather.context import RunContext
from freeagentics.report.gather.estimate import Estimate, difference_of
from freeagentics.report.gather.scan import StepData


class SourceUsage:
    """How one role read the sources that it may buy; T steps, S sources.

    Attributes:
        role: its number. sources: in the order of the bits of the reason ``sources_read``. cents: cost of a read, (S,).
        reads: decisions that read each source, (T, S). decisions: all of them, (T,).
    """

    def __init__(self, ground: RunContext, role: int, kind: type[Forecaster]) -> None:
        self.role = role
        self.sources = tuple(name for name in ground.sources if kind.watched is None or name in kind.watched)
        self.cents = np.array([ground.sources[name] for name in self.sources], dtype=np.int64)
        shape = (ground.steps, len(self.sources))
        self.reads, self._judged, self._unread = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self._with, self._without = np.zeros(shape), np.zeros(shape)
        self.decisions = np.zeros(ground.steps, dtype=np.int64)
        self._role, self._horizon = ground.role, ground.horizon
        self._place = kind.reasoning.index("sources_read")

    def see(self, moment: StepData) -> None:
        """Take in one step."""
        place = moment.step - 1
        mine = self._role[moment.decisions["agent"]] == self.role
        bits, reward = moment.decisions["reason"][mine, self._place].astype(np.int64), moment.reward[mine]
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


@dataclass(frozen=True, slots=True)
class Buyers:
    """The roles that buy sources, each with its reading."""

    readings: tuple[SourceUsage, ...]

    @classmethod
    def of(cls, ground: RunContext) -> Buyers:
        """Those among the run's team."""
        kinds = [(role, ROLES[name]) for role, name in enumerate(ground.team) if name in ROLES]
        return cls(tuple(SourceUsage(ground, role, kind) for role, kind in kinds if issubclass(kind, Forecaster)))

    def see(self, moment: StepData) -> None:
        """Take in one step."""
        for reading in self.readings:
            reading.see(moment)


def spent(reading: SourceUsage) -> I64:
    """Cents that the reads of each source cost at its price, (S,). An account that had run out of cash was charged less."""
    return np.asarray(reading.reads.sum(axis=0) * reading.cents)

"""Signals by sender, kind and recipient, and those that a decision named as a cause."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.arrays import AnyArray
from freeagentics.report.aggregates.buckets import Buckets
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData
from freeagentics.report.aggregates.trades import MOST_MARKS


class SignalMatrix:
    """Signals by source role, kind and audience role; R roles, K kinds, B buckets of time.

    A signal to several roles counts once for each; one without an audience is a broadcast and counts for every role.

    Attributes:
        sent: signals, (R, K).
        delivered: signals to each audience role, (R, K, R).
        named: delivered signals that at least one decision of the audience named as a cause, (R, K, R).
        over_time: signals sent in each bucket, (B, K).
    """

    def __init__(self, context: RunContext) -> None:
        roles, kinds = len(context.team), len(SIGNAL_KINDS)
        self.buckets = Buckets(context.steps, MOST_MARKS)
        self.sent = np.zeros((roles, kinds), dtype=np.int64)
        self.delivered, self.named = (np.zeros((roles, kinds, roles), dtype=np.int64) for _ in range(2))
        self.over_time = np.zeros((self.buckets.count, kinds), dtype=np.int64)
        self._role = context.role
        # Signals that may still be named: source role and kind as one number, and who has named it, a bit a role.
        self._first = 0
        self._cell = np.zeros(0, dtype=np.int64)
        self._naming = np.zeros(0, dtype=np.int64)
        self._sent: list[tuple[int, int]] = []

    def update(self, data: StepData) -> None:
        """Take in one step."""
        if data.signals is not None:
            self._send(data.signals, data.step)
            self._sent.append((int(data.signals["expires"].max()), len(data.signals)))
        self._name(data.decisions)
        while self._sent and self._sent[0][0] <= data.timestamp:
            self._forget(self._sent.pop(0)[1])

    def finish(self) -> None:
        """Count what is still in force when the run ends."""
        self._forget(len(self._cell))

    def _send(self, signals: AnyArray, step: int) -> None:
        roles, kinds = self.sent.shape
        cell = self._role[signals["source"]] * kinds + signals["kind"]
        audience = np.where(signals["audience"] == 0, (1 << roles) - 1, signals["audience"]).astype(np.int64)
        self.sent += np.bincount(cell, minlength=roles * kinds).reshape(roles, kinds)
        self._count(self.delivered, cell, audience)
        self.over_time[self.buckets.of(step)] += np.bincount(signals["kind"], minlength=kinds)
        if not len(self._cell):
            self._first = int(signals["number"][0])
        self._cell = np.concatenate([self._cell, cell])
        self._naming = np.concatenate([self._naming, np.zeros(len(cell), dtype=np.int64)])

    def _name(self, decisions: AnyArray) -> None:
        numbers = decisions["signal"]
        there = (numbers >= self._first) & (numbers < self._first + len(self._cell))
        who = np.broadcast_to(1 << self._role[decisions["agent"]][:, None], numbers.shape)
        np.bitwise_or.at(self._naming, numbers[there] - self._first, who[there])

    def _forget(self, count: int) -> None:
        self._count(self.named, self._cell[:count], self._naming[:count])
        self._first += count
        self._cell, self._naming = self._cell[count:], self._naming[count:]

    def _count(self, table: AnyArray, cell: AnyArray, mask: AnyArray) -> None:
        """Add signals in *cell* (n,) to the roles of their *mask* (n,)."""
        roles, kinds = self.sent.shape
        for role in range(roles):
            mine = cell[(mask >> role & 1) == 1]
            table[:, :, role] += np.bincount(mine, minlength=roles * kinds).reshape(roles, kinds)

"""Limits and vetoes in force, and whether desks kept them."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SignalKind
from freeagentics.arrays import F64, AnyArray, occurrence_batches
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.desks import five_number_summary
from freeagentics.report.aggregates.scan import StepData

TOLERANCE = 0.01
"""Share of equity over its limit that does not count: executors let a position drift that far."""


class Limits:
    """What risk managers allowed, as told on the board: the LIMIT and VETO that each desk heeds, until they lapse; T steps.

    Attributes:
        allowed: spread over the desks that have a limit or a veto, (T, 5); NaN where none has.
        vetoed: share of desks under a veto, (T,). vetoes, lifted: how many began and were lifted at each step, (T,).
        above, watched: closes of desks above the limit of the step before by more than 0.01, and closes for which there was one.
    """

    def __init__(self, context: RunContext) -> None:
        self.allowed = np.full((context.steps, 5), np.nan)
        self.vetoed = np.zeros(context.steps)
        self.vetoes, self.lifted = (np.zeros(context.steps, dtype=np.int64) for _ in range(2))
        self.breaches = self.checked = 0
        self._ttl_ms = context.ttl_ms
        self._told = {kind: np.full(context.desks, np.nan) for kind in (SignalKind.LIMIT, SignalKind.VETO)}
        self._until = {kind: np.full(context.desks, -1.0) for kind in self._told}
        self._source = {kind: np.full(context.desks, -1) for kind in self._told}
        self._before: F64 = np.full(context.desks, np.nan)
        self._veto_before = np.zeros(context.desks, dtype=np.bool_)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        place = data.step - 1
        self._watch(data.accounts)
        if data.signals is not None:
            self._hear(data.signals, data.timestamp, self._ttl_ms(data.step))
        limit, veto = (np.where(self._until[kind] > data.timestamp, self._told[kind], np.nan) for kind in self._told)
        under = veto > 0
        self._before = np.where(under, 0, limit)
        known = self._before[~np.isnan(self._before)]
        if known.size:
            self.allowed[place] = five_number_summary(known)
        self.vetoed[place] = under.mean()
        self.vetoes[place] = (under & ~self._veto_before).sum()
        self.lifted[place] = (self._veto_before & ~under).sum()
        self._veto_before = under

    def _watch(self, accounts: AnyArray) -> None:
        exposure = 1 - accounts["cash"] / np.maximum(accounts["equity"], 1)
        self.breaches += int((exposure > self._before + TOLERANCE).sum())
        self.checked += int((~np.isnan(self._before)).sum())

    def _hear(self, signals: AnyArray, now: int, ttl: float) -> None:
        """As agents hear: of two risk managers of a desk, the stricter is heeded for as long as what it said counts."""
        for kind, told in self._told.items():
            mine = signals[signals["kind"] == kind]
            for batch in occurrence_batches(mine["desk"]):
                desk, said, source = mine["desk"][batch], mine["data"][batch, 0], mine["source"][batch]
                laxer = said > told[desk] if kind is SignalKind.LIMIT else said < told[desk]
                heeded = ~(laxer & (self._until[kind][desk] > now) & (self._source[kind][desk] != source))
                told[desk[heeded]], self._source[kind][desk[heeded]] = said[heeded], source[heeded]
                self._until[kind][desk[heeded]] = now + ttl

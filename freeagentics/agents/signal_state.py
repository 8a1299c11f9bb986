"""The state of signals at an agent: the last currently valid one of each kind, from whom, and when."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.arrays import F32, I32, I64, AnyArray, ArrayState, Mask, contiguous
from freeagentics.kernels import compiled
from freeagentics.signals import Inbox

_KINDS = len(SignalKind)

TAKEN = ("data", "confidence", "number", "expires", "source", "step")
"""Columns of a signal that are kept."""


class SignalState(ArrayState):
    """The last signal of each kind for every row of a cohort; it is valid until it expires.

    Attributes:
        data: (rows, kinds, assets).
        confidence: (rows, kinds).
        number: (rows, kinds), -1 for never.
        expires: market time, ms, (rows, kinds), -1 for never.
        source: the agent that sent it, (rows, kinds).
        step: when it was sent, (rows, kinds).
        received: signals of this step, (rows,).
        top_severity: among them, (rows,).
        mean_confidence: of them, (rows,).
    """

    def __init__(self, rows: int, assets: int) -> None:
        self.data = np.zeros((rows, _KINDS, assets), dtype=np.float32)
        self.confidence = np.zeros((rows, _KINDS), dtype=np.float32)
        self.number = np.full((rows, _KINDS), -1, dtype=np.int64)
        self.expires = np.full((rows, _KINDS), -1, dtype=np.int64)
        self.source = np.full((rows, _KINDS), -1, dtype=np.int32)
        self.step = np.full((rows, _KINDS), -1, dtype=np.int32)
        self.received = np.zeros(rows, dtype=np.int32)
        self.top_severity = np.zeros(rows, dtype=np.uint8)
        self.mean_confidence = np.zeros(rows, dtype=np.float32)

    def hear(self, inbox: Inbox, agent: I32, now: int) -> None:
        """Take in what arrived for the agents (rows,) that sit here: what names them, and broadcasts, except one's own."""
        if not len(inbox):
            self.received[:], self.top_severity[:], self.mean_confidence[:] = 0, 0, 0
            return
        everybody = (inbox.row < 0).nonzero()[0]
        row, shared = np.tile(np.arange(len(agent)), len(everybody)), np.repeat(everybody, len(agent))
        others = inbox.source[shared] != agent[row]
        mine = (inbox.row >= 0).nonzero()[0]
        row, which = np.concatenate([row[others], inbox.row[mine]]), np.concatenate([shared[others], mine])
        order = np.argsort(inbox.number[which], kind="stable")
        row, which = row[order], which[order]
        compiled.signals_count(row, inbox.severity[which], inbox.confidence[which], self.received, self.top_severity, self.mean_confidence)
        self.take(row, {name: getattr(inbox, name)[which] for name in ("kind", *TAKEN)}, now)

    def take(self, row: I64, signals: Mapping[str, AnyArray], now: int) -> None:
        """Signals (n,) reach rows (n,), in their order. Of two limits or vetoes that are valid the stricter is heeded, unless both are
        from one risk manager.

        Args:
            signals: columns of `TAKEN` and the ``kind``, by name.
            now: market time, ms.
        """
        taken = (contiguous(signals[name], dtype=getattr(self, name).dtype) for name in TAKEN)
        held = (getattr(self, name) for name in TAKEN)
        compiled.signals_take(
            row.astype(np.int64), contiguous(signals["kind"]), *taken, *held, _KINDS, SignalKind.LIMIT, SignalKind.VETO, now
        )

    def fresh(self, kind: SignalKind, now: int) -> Mask:
        """Rows that heard this kind and whose signal still counts."""
        return self.expires[:, kind] > now

    def latest(self, kind: SignalKind, now: int) -> F32:
        """The last of this kind, (rows, assets); zeros where there is none that counts."""
        return self.latest_of((kind,), now)[:, 0]

    def latest_of(self, kinds: tuple[SignalKind, ...], now: int) -> F32:
        """The last of each of these kinds, (rows, len(kinds), assets); zeros where there is none that counts."""
        rows, known, assets = self.data.shape
        said = np.empty((rows, len(kinds), assets), dtype=np.float32)
        compiled.signals_latest(self.data, self.expires, bytes(kinds), known, now, said)
        return said

    def vetoed(self, now: int) -> Mask:
        """Rows under a veto that is valid, (rows,)."""
        return self.latest(SignalKind.VETO, now)[:, 0] > 0

    def limit(self, now: int, otherwise: float = 1) -> F32:
        """The largest share of equity allowed, (rows,): 0 under a veto, *otherwise* where neither limit nor veto is valid."""
        allowed = np.where(self.fresh(SignalKind.LIMIT, now), self.data[:, SignalKind.LIMIT, 0], otherwise)
        return np.where(self.vetoed(now), 0, allowed).astype(np.float32)

    def causes(self, kinds: tuple[tuple[SignalKind, Mask | bool], ...], now: int, count: int) -> tuple[I64, I32, I32]:
        """Find what moved a decision: of these kinds, each where its mask (rows,) says so, the first *count* that are still valid.

        Returns:
            Numbers (rows, count), -1 where there are fewer; and source and step, (rows,), of the first.
        """
        rows = len(self.received)
        where = np.empty((len(kinds), rows), dtype=np.bool_)
        for place, (_, asking) in enumerate(kinds):
            where[place] = asking
        asked = bytes(kind for kind, _ in kinds)
        numbers, source, step = np.empty((rows, count), np.int64), np.empty(rows, np.int32), np.empty(rows, np.int32)
        heard = (self.expires, self.number, self.source, self.step)
        compiled.signals_causes(*heard, asked, where, _KINDS, now, numbers, source, step)
        return numbers, source, step

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.expires[rows] = -1
        self.number[rows] = -1
        self.source[rows] = -1

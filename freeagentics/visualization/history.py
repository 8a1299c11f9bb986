"""The history of a model on show: its last steps, as the journal would have them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.agents.desk_limits import DeskLimits
from freeagentics.arrays import F32, I64, AnyArray
from freeagentics.journal import Kind, StepCommit
from freeagentics.simulation import MarketModel, Probe

HISTORY_STEPS = 500
"""Steps that charts go back; older ones are forgotten, or a page left playing overnight would fill the memory."""

LATEST_SIGNALS = 12
"""Signals of a step that are kept: as many as the table of the latest shows."""


@dataclass(frozen=True, slots=True, eq=False)
class StepView:
    """One step; D desks, A assets, K kinds of signals.

    Attributes:
        step, timestamp: when; market time in ms.
        prices: closes, (A,) in units of the assets.
        equity: cents, (D,).
        basket: what one USD is worth that was spread over all assets at the first close and held.
        exposure: invested share of equity, (D,).
        limit: the largest share of equity allowed by limits and vetoes in force,
            (D,), NaN where there are none.
        fills: at this bar's open, as recorded.
        signals: the last of those published, as recorded.
        told: how many of each kind, (K,).
    """

    step: int
    timestamp: int
    prices: I64
    equity: I64
    basket: float
    exposure: F32
    limit: F32
    fills: AnyArray | None
    signals: AnyArray | None
    told: I64


class History(Probe):
    """A probe that keeps the last steps of a model.

    Attributes:
        moments: oldest first.
        decisions: of the last step, by cohort, as recorded.
    """

    def __init__(self) -> None:
        self._limits = DeskLimits(0)
        self.moments: deque[StepView] = deque(maxlen=HISTORY_STEPS)
        self.decisions: dict[int, AnyArray] = {}

    def started(self, model: MarketModel) -> None:
        """Learn how many desks there are."""
        self._limits = DeskLimits(model.population.directory.desks)

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Take in a step."""
        shared = {page.kind: page.records for page in commit.pages if page.cohort < 0}
        self.decisions = {page.cohort: page.records for page in commit.pages if page.kind is Kind.DECISIONS}
        accounts, signals = shared[Kind.ACCOUNTS], shared.get(Kind.SIGNALS)
        equity = accounts["equity"]
        self._limits.update(signals, commit.step, commit.timestamp)
        self.moments.append(
            StepView(
                step=commit.step,
                timestamp=commit.timestamp,
                prices=shared[Kind.OBSERVATION]["price"],
                equity=equity,
                basket=float(shared[Kind.FIGURES]["basket"][0]),
                exposure=((equity - accounts["cash"]) / np.maximum(equity, 1)).astype(np.float32),
                limit=self._limits.limit,
                fills=shared.get(Kind.FILLS),
                signals=None if signals is None else signals[-LATEST_SIGNALS:],
                told=np.bincount(() if signals is None else signals["kind"], minlength=len(SIGNAL_KINDS)),
            )
        )

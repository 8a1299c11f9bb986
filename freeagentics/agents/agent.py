"""The agent: a Mesa agent that is a view on its row of a cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from freeagentics.agents.history import HistoryRecord, decode_steps
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.mind import REGIMES

if TYPE_CHECKING:
    from freeagentics.agents.cohort import Cohort

AGENT_ID_DIGITS = 4


class TradingAgent(mesa.Agent):
    """One agent of a role. Its numbers live in its cohort's arrays; this object only reads them.

    `remove` it between steps, and it has left for good: it decides, orders and signals no more, and what it sent before still counts.

    Attributes:
        name: e.g. ``market-hunter-0007``.
        unique_id: Mesa's number for it.
        index: its number in the whole population.
        cohort: that it belongs to.
        row: its row in the cohort.
    """

    def __init__(self, model: mesa.Model, name: str, index: int, cohort: Cohort, row: int) -> None:
        # Before Mesa knows of it: from 3.5 on whoever watches a model is shown its agents as they are registered.
        self.name, self.index, self.cohort, self.row = name, index, cohort, row
        super().__init__(model)

    def step(self) -> None:
        """Nothing: agents decide cohort by cohort, when their model steps. ``agents.do("step")`` changes nothing."""

    @property
    def role(self) -> str:
        """Its role, e.g. ``market-hunter``."""
        return self.cohort.role

    @property
    def desk(self) -> int:
        """The desk it belongs to."""
        return int(self.cohort.desk[self.row])

    @property
    def beliefs(self) -> dict[str, float]:
        """Its belief in each regime of the first asset, summing to one."""
        return dict(zip(REGIMES, self.cohort.belief.regimes[self.row, 0].tolist(), strict=True))

    @property
    def belief_grid(self) -> np.ndarray:
        """Its belief in each state of the market: (assets, 32, 32) by drift and volatility, each asset's summing to one."""
        return self.cohort.belief.cells()[self.row]

    @property
    def importance(self) -> dict[str, float]:
        """Importance of features when it recalls, as outcomes have taught it: shares in the distance of memories, by name."""
        shares = self.cohort.recollection.importance()[self.row]
        return dict(zip(self.cohort.table.key_names, shares.tolist(), strict=True))

    def history(self, n: int) -> list[HistoryRecord]:
        """Its last *n* steps, or as many as its history holds, oldest first."""
        cohort = self.cohort
        return decode_steps(cohort.history.recent(self.row, n), cohort.actions, tuple(source.name for source in cohort.context.sources))

    def heard(self, kind: SignalKind) -> np.ndarray | None:
        """The last signal of a kind that it heard, one number per asset, or None."""
        number = self.cohort.heard.number[self.row, kind]
        return self.cohort.heard.data[self.row, kind].copy() if number >= 0 else None

    def __repr__(self) -> str:
        return f"<{self.name} of desk {self.desk}>"


def agent_id(role: str, number: int) -> str:
    """The id of a role's *number*-th agent, counted from 0."""
    return f"{role}-{number:0{AGENT_ID_DIGITS}d}"

"""The agent: a Mesa agent that is a view on its row of a cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from freeagentics.agents.history import Done, told
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.mind import REGIMES

if TYPE_CHECKING:
    from freeagentics.agents.cohort import Cohort

AGENT_ID_DIGITS = 4


class TradingAgent(mesa.Agent):
    """One agent of a role. Its numbers live in its cohort's arrays; this object only reads them.

    Attributes:
        unique_id: its id, e.g. ``market-hunter-0007``.
        index: its number in the whole population. cohort, row: where it sits.
    """

    def __init__(self, model: mesa.Model, unique_id: str, index: int, cohort: Cohort, row: int) -> None:
        # Not super().__init__: Mesa 3.3 counts agents in a class-level dict keyed by model, which keeps every model ever built.
        self.model = model
        self.unique_id = unique_id
        self.pos = None
        self.index, self.cohort, self.row = index, cohort, row
        model.register_agent(self)

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

    def history(self, n: int) -> list[Done]:
        """Its last *n* steps, or as many as its history holds, oldest first."""
        cohort = self.cohort
        return told(cohort.history.recent(self.row, n), cohort.actions, tuple(source.name for source in cohort.world.sources))

    def heard(self, kind: SignalKind) -> np.ndarray | None:
        """The last signal of a kind it still has in its ear, one number per asset, or None."""
        number = self.cohort.heard.number[self.row, kind]
        return self.cohort.heard.data[self.row, kind].copy() if number >= 0 else None

    def __repr__(self) -> str:
        return f"<{self.unique_id} of desk {self.desk}>"


def agent_id(role: str, number: int) -> str:
    """The id of a role's *number*-th agent, counted from 0."""
    return f"{role}-{number:0{AGENT_ID_DIGITS}d}"

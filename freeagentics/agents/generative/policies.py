"""Choices: the generative models that all agents of a run choose by."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.agents.generative.signal_policy import SignalPolicy
from freeagentics.agents.generative.sizing_policy import SizingPolicy
from freeagentics.agents.generative.source_policy import SourcePolicy
from freeagentics.mind import MarketGrid


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """Made once a run and shared by its cohorts; none of them has a state."""

    source_policy: SourcePolicy
    signal_policy: SignalPolicy
    sizing_policy: SizingPolicy

    @classmethod
    def on(cls, grid: MarketGrid) -> Policies:
        """The models of agents that believe in this grid."""
        return cls(SourcePolicy(), SignalPolicy(), SizingPolicy(grid))

"""Choices: the generative models that all agents of a run choose by."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.agents.generative.reading import Reading
from freeagentics.agents.generative.sizing import Sizing
from freeagentics.agents.generative.speaking import Speaking
from freeagentics.mind import MarketGrid


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Made once a run and shared by its cohorts; none of them has a state."""

    reading: Reading
    speaking: Speaking
    sizing: Sizing

    @classmethod
    def on(cls, grid: MarketGrid) -> Choices:
        """The models of agents that believe in this grid."""
        return cls(Reading(), Speaking(), Sizing(grid))

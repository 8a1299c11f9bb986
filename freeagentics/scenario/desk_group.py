"""Groups of desks: populations that differ, side by side under the same prices."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from freeagentics.agents import MemorySettings
from freeagentics.agents.ranges import ShareSpan
from freeagentics.scenario.section import Section

SHARED_MEMORY = ("codec", "weights", "horizon", "handed_on", "population_budget")
"""Settings of memory that all desks have in common: outcomes, books and earlier bars are kept once for all, and a population has one
budget."""


class DeskGroupSettings(Section):
    """Settings of a group of desks; whatever it does not say is as it is for all."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="Name of the group.")
    count: int = Field(ge=1, description="Desks in it; all groups together have all desks of the run, in their order.")
    left_out: tuple[str, ...] = Field((), description="Roles of the team, and sources on sale, that its desks do without.")
    signals: bool = Field(True, description="Whether signals of its agents are delivered.")
    exposure: ShareSpan | None = Field(
        None, description="Range of the share of equity that its desks hold without any view; below 0 is sold short."
    )
    memory: dict[str, Any] = Field({}, description=f"Settings of memory that differ: any but {', '.join(SHARED_MEMORY)}.")
    roles: dict[str, dict[str, Any]] = Field({}, description="Settings of roles that differ.")

    def memory_of(self, common: MemorySettings) -> MemorySettings:
        """Settings of memory of its agents. Raises ValueError for one that all desks share."""
        if shared := [name for name in self.memory if name in SHARED_MEMORY]:
            raise ValueError(f"memory.{shared[0]} is the same for all desks; set it under [memory]")
        return MemorySettings.model_validate(common.model_dump() | self.memory)

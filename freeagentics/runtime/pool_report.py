"""What the agents of a pool hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from freeagentics.runtime.footprint import MB
from freeagentics.runtime.optimizer import OptimizationStats
from freeagentics.runtime.shares import AgentFootprint


@dataclass(frozen=True, slots=True)
class PoolReport:
    """Footprints at one moment, in MB (1024²).

    Attributes:
        agents: what each holds, by id: its own bytes, and its share of those that several hold.
        target_mb: what an agent should take at most. rss_mb: resident set of the whole process, imports and all.
        workers: threads in use for stepping. optimization: what was made lean; None where that is off.
    """

    agents: Mapping[str, AgentFootprint]
    target_mb: float
    rss_mb: float
    workers: int
    optimization: OptimizationStats | None

    @property
    def total_mb(self) -> float:
        """Of all agents; what they share counts once."""
        return sum(footprint.total for footprint in self.agents.values()) / MB

    @property
    def per_agent_mb(self) -> float:
        """In the mean; 0 without agents."""
        return self.total_mb / max(len(self.agents), 1)

    @property
    def over_target(self) -> list[str]:
        """Ids of agents that take more than they should, the largest first."""
        over = [(held.total, name) for name, held in self.agents.items() if held.total / MB > self.target_mb]
        return [name for _, name in sorted(over, reverse=True)]

    def __str__(self) -> str:
        over = self.over_target
        held = f"{len(self.agents):,} agents hold {self.total_mb:,.1f} MB, {self.per_agent_mb:,.3f} MB each"
        lines = [f"{held}; {self.rss_mb:,.1f} MB resident"]
        if over:
            lines.append(f"{len(over):,} take more than {self.target_mb:g} MB, most of all {over[0]}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class PoolOptimization:
    """What `optimize_memory_usage` did: MB billed to the agents and resident in the process, before and after."""

    before_mb: float
    after_mb: float
    rss_before_mb: float
    rss_after_mb: float

"""Reports of what the agents of a pool hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from freeagentics.runtime.lean.optimization_stats import OptimizationStats
from freeagentics.runtime.measuring.footprint import MB
from freeagentics.runtime.measuring.report import Report
from freeagentics.runtime.measuring.shares import AgentFootprint
from freeagentics.runtime.measuring.suggestions import Suggestion


@dataclass(frozen=True, eq=False, repr=False)
class PoolReport(Report):
    """Footprints at one moment, in MB (1024²).

    Attributes:
        agents: what each holds, by id: its own bytes, and its share of those that several hold.
        target_mb: what an agent should take at most.
        rss_mb: resident set of the whole process, imports and all.
        workers: threads in use for stepping.
        optimization_stats: what was made lean; None where that is off.
        suggestions: of agents with dicts that look like caches and are not bounded, by id.
    """

    agents: Mapping[str, AgentFootprint]
    target_mb: float
    rss_mb: float
    workers: int
    optimization_stats: OptimizationStats | None
    suggestions: Mapping[str, tuple[Suggestion, ...]]

    @property
    def total_mb(self) -> float:
        """Of all agents; what they share counts once."""
        return sum(footprint.total for footprint in self.agents.values()) / MB

    @property
    def per_agent_mb(self) -> float:
        """In the mean; 0 without agents."""
        return self.total_mb / max(len(self.agents), 1)

    @property
    def efficiency(self) -> dict[str, float]:
        """``memory_efficiency``: what the agents may take over what they do take, at most 1. ``actual_memory_mb`` and
        ``target_memory_mb`` of all agents, and ``agents_count``."""
        count, actual = len(self.agents), self.total_mb
        target = count * self.target_mb
        share = target / actual if actual > target else 1.0
        return {"memory_efficiency": share, "actual_memory_mb": actual, "target_memory_mb": target, "agents_count": count}

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
        lines += [f"{name}: {suggestion}" for name, found in list(self.suggestions.items())[:3] for suggestion in found]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class PoolOptimization(Report):
    """Result of `optimize_memory_usage`: how many agents it made lean, and MB attributed to them and resident, before and after."""

    optimized_agents: int
    before_mb: float
    after_mb: float
    rss_before_mb: float
    rss_after_mb: float

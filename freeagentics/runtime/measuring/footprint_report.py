"""Reports of the profiler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freeagentics.runtime.measuring.alerts import Alert, Sample
from freeagentics.runtime.measuring.footprint import MB
from freeagentics.runtime.measuring.leaks import GrowingLine
from freeagentics.runtime.measuring.report import Report
from freeagentics.runtime.measuring.shares import AgentFootprint


@dataclass(frozen=True, slots=True)
class Operation:
    """Calls of a profiled operation, its seconds in all, and MB that the resident set grew by meanwhile, in all and at most."""

    calls: int = 0
    seconds: float = 0.0
    grown_mb: float = 0.0
    most_mb: float = 0.0

    def and_another(self, seconds: float, grown_mb: float) -> Operation:
        """This, with one more call."""
        return Operation(self.calls + 1, self.seconds + seconds, self.grown_mb + grown_mb, max(self.most_mb, grown_mb))


@dataclass(frozen=True, eq=False, repr=False)
class FootprintReport(Report):
    """A process and its agents at one moment.

    Attributes:
        start_mb, rss_mb: resident set when monitoring began, and now.
        agents: footprint of every registered agent, by id.
        samples: looks at the process since monitoring began, the last thousand.
        alerts: what they raised.
        leaks: lines of code that only grow, where lines were traced.
    """

    start_mb: float
    rss_mb: float
    agents: Mapping[str, AgentFootprint]
    samples: tuple[Sample, ...]
    operations: Mapping[str, Operation]
    leaks: tuple[GrowingLine, ...]
    alerts: tuple[Alert, ...]

    @property
    def attributed_mb(self) -> float:
        """MB that all agents hold."""
        return sum(footprint.total for footprint in self.agents.values()) / MB

    @property
    def agent_memory(self) -> dict[str, Any]:
        """The number of agents (``count``), ``total_mb`` and ``avg_mb`` that they hold, and ``per_agent``: MB by id."""
        held = {name: footprint.total / MB for name, footprint in self.agents.items()}
        return {"count": len(held), "total_mb": self.attributed_mb, "avg_mb": self.attributed_mb / max(len(held), 1), "per_agent": held}

    @property
    def by_category_mb(self) -> dict[str, float]:
        """MB that all agents hold, by category, most first."""
        held: Counter[str] = Counter()
        for footprint in self.agents.values():
            held.update(footprint.by_category)
        return {category: size / MB for category, size in held.most_common()}

    @property
    def unattributed_mb(self) -> float:
        """Growth of the resident set since monitoring began that no agent accounts for; below 0 where agents were there before."""
        return self.rss_mb - self.start_mb - self.attributed_mb

    def __str__(self) -> str:
        lines = [("before monitoring: imports and what was there", self.start_mb)]
        lines += [(f"{len(self.agents):,} agents: {category}", size) for category, size in self.by_category_mb.items()]
        lines += [("unattributed", self.unattributed_mb), ("resident set now", self.rss_mb)]
        notes = [*(alert.message for alert in self.alerts), *(str(line) for line in self.leaks)]
        return "\n".join([*(f"{size:>10,.1f} MB  {name}" for name, size in lines), *notes])

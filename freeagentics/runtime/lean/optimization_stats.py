"""Savings of making agents lean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from freeagentics.runtime.lean.agent import LeanAgent
from freeagentics.runtime.lean.compaction import held_bytes
from freeagentics.runtime.lean.data import Compacted
from freeagentics.runtime.measuring.categories import ANY_AGENT
from freeagentics.runtime.measuring.footprint import MB
from freeagentics.runtime.measuring.report import Report
from freeagentics.runtime.measuring.shares import attribute_shared
from freeagentics.sharing import parameters


@dataclass(frozen=True, slots=True)
class Saving:
    """Data of one category: MB (1024²) that it took in its own form, and takes now."""

    places: int
    before_mb: float
    after_mb: float


@dataclass(frozen=True, eq=False, repr=False)
class OptimizationStats(Report):
    """Everything made lean in the agents that live and whose `LeanAgent` is held.

    Attributes:
        agents: how many.
        target_mb: what one should take at most.
        by_category: ``beliefs``, ``history``, ``cache``, ``shared parameters``, as far as there are any.
        actual_memory_mb: what they hold now: ``total``, ``mean``, ``min`` and ``max``; what they share is shared out.
        shared_resources: ``parameters``, contents in the process' pool, and ``parameters_mb``, what they take.
    """

    agents: int
    target_mb: float
    by_category: dict[str, Saving]
    actual_memory_mb: dict[str, float]
    shared_resources: dict[str, float]

    @property
    def before_mb(self) -> float:
        """Of all categories, when it was made lean."""
        return sum(saving.before_mb for saving in self.by_category.values())

    @property
    def after_mb(self) -> float:
        """Of all categories, now."""
        return sum(saving.after_mb for saving in self.by_category.values())


def optimization_stats(lean: Sequence[LeanAgent], target_mb: float) -> OptimizationStats:
    """Stats of agents."""
    found: defaultdict[str, list[Compacted]] = defaultdict(list)
    for agent in lean:
        for made in agent.lean_data.made:
            found[made.form.category].append(made)
    return OptimizationStats(
        agents=len(lean),
        target_mb=target_mb,
        by_category={category: _saving(made) for category, made in found.items()},
        actual_memory_mb=_held_mb(lean),
        shared_resources={"parameters": len(parameters), "parameters_mb": parameters.nbytes / MB},
    )


def _held_mb(lean: Sequence[LeanAgent]) -> dict[str, float]:
    agents = {str(number): agent.agent for number, agent in enumerate(lean)}
    held = [footprint.total / MB for footprint in attribute_shared(agents, dict.fromkeys(agents, ANY_AGENT)).values()] or [0.0]
    return {"total": sum(held), "mean": sum(held) / len(held), "min": min(held), "max": max(held)}


def _saving(made: Sequence[Compacted]) -> Saving:
    after = held_bytes(made[0].form.category, [one.form for one in made])
    return Saving(len(made), sum(one.before for one in made) / MB, after / MB)

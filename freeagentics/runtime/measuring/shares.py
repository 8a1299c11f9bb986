"""Footprints of many agents: each one's own bytes, and its share of those that several hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from freeagentics.runtime.measuring.categories import OBJECTS, OTHER, Categories
from freeagentics.runtime.measuring.traverse import shallow_size, traverse


@dataclass(frozen=True, slots=True)
class AgentFootprint:
    """Bytes that an agent holds.

    Attributes:
        unique: held by nobody else.
        shared: its share of what several agents hold.
        by_category: all of it, most bytes first.
    """

    unique: int
    shared: int
    by_category: dict[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return self.unique + self.shared


def attribute_shared(agents: Mapping[str, object], categories: Mapping[str, Categories]) -> dict[str, AgentFootprint]:
    """The footprint of every agent, by id; they add up to the deep size of them all.

    What *n* agents reach counts for each as an *n*-th. An agent that is reached from another counts for itself only.

    Args:
        categories: of each agent's attributes, by id.
    """
    fence = {id(agent) for agent in agents.values()}
    owners: Counter[int] = Counter()
    for name, agent in agents.items():
        owners.update(id(item) for item, _ in traverse([(agent, None)], categories=categories[name], fence=fence))
    return {name: _footprint(agent, categories[name], fence, owners) for name, agent in agents.items()}


def _footprint(agent: object, categories: Categories, fence: set[int], owners: Counter[int]) -> AgentFootprint:
    unique = shared = 0.0
    counted: defaultdict[str, float] = defaultdict(float)
    for item, category in traverse([(agent, None)], categories=categories, fence=fence):
        buffer, size = shallow_size(item)
        among = max(owners[id(item)], 1)
        if among == 1:
            unique += buffer + size
        else:
            shared += (buffer + size) / among
        counted[category or OTHER] += buffer / among
        counted[category or OBJECTS] += size / among
    by_size = sorted(counted.items(), key=lambda one: -one[1])
    return AgentFootprint(round(unique), round(shared), {name: round(held) for name, held in by_size if held})

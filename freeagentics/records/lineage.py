"""The lineage of a run: under which settings each of its steps was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from freeagentics.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Lineage:
    """A run's own scenario, and those of the runs that it was forked from: steps that it shares with them were made under theirs.

    Attributes:
        own: the scenario of the steps after the last fork.
        ancestors: by the last step that was made under each, in rising order.
    """

    own: Scenario
    ancestors: Mapping[int, Scenario] = field(default_factory=dict)

    def at(self, step: int) -> Scenario:
        """The scenario that a step was made under."""
        return next((scenario for last, scenario in self.ancestors.items() if step <= last), self.own)

    def shared(self, step: int) -> dict[int, Scenario]:
        """The ancestors of a fork that shares the steps up to this one."""
        return {last: scenario for last, scenario in self.ancestors.items() if last < step} | {step: self.at(step)}

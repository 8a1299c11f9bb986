"""Probes: the one way to look on while a model steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.agents.decision import CohortOutput
from freeagentics.journal import StepCommit

if TYPE_CHECKING:
    from freeagentics.simulation.market_model import MarketModel


class Probe:
    """Hooks that a model calls as it steps; each does nothing unless a subclass overrides it.

    They are called in the model's own thread, in the order of cohorts, whatever engine and workers run the cohorts: before all cohorts of a
    phase decide, or learn, and after all of them have. A probe must change nothing. What it raises ends the step, and the run,
    as one line (`ProbeFailed`); what was committed before stays.

    Examples:
        >>> from freeagentics import MarketModel, Probe
        >>> class Orders(Probe):
        ...     def __init__(self):
        ...         self.seen = 0
        ...     def decided(self, cohort, view, output):
        ...         self.seen += len(output.orders)
        >>> orders = Orders()
        >>> with MarketModel("quick", agents=5, steps=3, probes=[orders]) as model:
        ...     model.run_model()
        >>> orders.seen
        1
    """

    def started(self, model: MarketModel) -> None:
        """Called before the first step; in a run that goes on, before the first step after its checkpoint."""

    def decides(self, cohort: Cohort, view: View) -> None:
        """Called before a cohort decides."""

    def decided(self, cohort: Cohort, view: View, output: CohortOutput) -> None:
        """Called when a cohort has decided, before what it asked for is applied; `cohort.step_context` holds what it went by."""

    def learns(self, cohort: Cohort, context: StepContext) -> None:
        """Called before a cohort learns and remembers."""

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        """Called when a cohort has remembered `context.states`, (rows, F)."""

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Called at the end of a step, when its commit is in the writer's hands: its arrays are not to be changed."""

    def stopping(self) -> bool:
        """Answer whether a run is to take a checkpoint after its next step, and to stop there with Interrupted; asked before each step."""
        return False

    def lagging(self, steps: int) -> None:
        """Called by a run after each step, with how many steps its stores are behind."""

    def alerted(self, kind: str) -> None:
        """Called by a run when its resource monitor raised an alert of this kind."""

    def progressed(self, what: str, done: int, of: int) -> None:
        """Called by a run after its last step, with what is done, and how much of how much of it; *of* is 0 where nobody knows."""

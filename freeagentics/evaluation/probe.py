"""An engine with probes: it runs cohorts one after the other, and calls methods around each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import StepContext
from freeagentics.runtime import SerialEngine


class Probe(SerialEngine):
    """A serial engine whose methods a subclass overrides to see cohorts at work. It must not change them."""

    def map(self, function: Callable[[Any], Any], pieces: Sequence[Any]) -> list[Any]:
        """Results in the order of *pieces*."""
        return [self._see(function, piece) for piece in pieces]

    def _see(self, function: Callable[[Any], Any], piece: Any) -> Any:
        if isinstance(piece, tuple) and isinstance(piece[0], Cohort):
            self.decides(*piece)
            return function(piece)
        if isinstance(piece, Cohort) and piece.step_context is not None:
            thought = piece.step_context
            self.learns(piece, thought)
            result = function(piece)
            # Learning filled in what the cohort did, in the very array of the thought.
            self.learned(piece, thought)
            return result
        return function(piece)

    def decides(self, cohort: Cohort, view: View) -> None:
        """Called before a cohort decides."""

    def learns(self, cohort: Cohort, thought: StepContext) -> None:
        """Called when a cohort has decided, before it learns and remembers."""

    def learned(self, cohort: Cohort, thought: StepContext) -> None:
        """Called when a cohort has remembered `thought.states`, (rows, 48)."""

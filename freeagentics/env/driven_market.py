"""A market on which desks are driven from outside, bar by bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from freeagentics import kernels
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.view import View
from freeagentics.arrays import F32, F64, I64
from freeagentics.env.driven_executor import DrivenExecutor
from freeagentics.env.sight import Sight
from freeagentics.errors import BadInput
from freeagentics.market import Observation
from freeagentics.scenario import Scenario
from freeagentics.simulation import MarketModel


class DrivenMarket:
    """One episode of a scenario, in which its first D desks are driven. It shows a bar, waits for weights, and shows the next.

    Args:
        scenario: as `driven_scenario` makes it.
        desks: D, how many of its desks are driven.
        reads: sources that they pay for beside ``price``.

    Attributes:
        model: the model; between two calls it stands in the middle of a step, where the executors are about to decide.
        sight: what desks see.
        agents: names of the executors, by desk.
        observation: what the market shows.

    It owns the model's threads: close it, or use it as a context manager.
    """

    def __init__(self, scenario: Scenario, desks: int, reads: Sequence[str] = ()) -> None:
        self.model = MarketModel(scenario)
        self.sight = Sight(self.model.market, reads)
        executors = [cohort for cohort in self.model.population.cohorts if isinstance(cohort, DrivenExecutor)]
        self._executors = [cohort for cohort in executors if cohort.drive(desks, self.sight.cost)]
        self._desks = desks
        names = {int(cohort.desk[row]): int(cohort.agent[row]) for cohort in self._executors for row in np.flatnonzero(cohort.driven)}
        self.agents = tuple(self.model.population.name(names[desk]) for desk in range(desks))
        self._seen: F32 = np.zeros((desks, len(self.sight.columns)), dtype=np.float32)
        self.observation: Observation
        self._rest: Iterator[list[tuple[Cohort, View]]] = iter(())
        self._advance()

    @property
    def over(self) -> bool:
        """True when the last bar is shown: it can be seen, and nothing can be done about it any more."""
        return self.model.steps >= self.model.scenario.steps

    def equity(self) -> I64:
        """Equity of the driven desks at the close that is shown, cents (D,)."""
        return self.model.market.accounts.equity(self.observation.prices)[: self._desks]

    def seen(self) -> F32:
        """Observations of the desks at this bar, (D, F)."""
        return self._seen.copy()

    def act(self, weights: F32) -> F64:
        """Move desks to these weights (D, assets) at the next open, and show the bar that begins there.

        Returns:
            Growth of their equity from close to close, fees and data paid, as a logarithm, (D,).

        Raises:
            BadInput: the episode is over, or weights are not between 0 and 1, or of another shape.
        """
        given = self._checked(weights)
        for cohort in self._executors:
            cohort.given[cohort.driven] = given[cohort.desk[cohort.driven]]
        before = self.equity()
        for _ in self._rest:
            pass
        self._advance()
        return kernels.log(np.maximum(self.equity(), 1) / np.maximum(before, 1))

    def close(self) -> None:
        """End the model's threads."""
        self.model.close()

    def __enter__(self) -> DrivenMarket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _advance(self) -> None:
        """Step until executors are to decide."""
        self._rest = self.model.step_by_phases()
        while not (looking := {cohort.number: view for cohort, view in next(self._rest) if isinstance(cohort, DrivenExecutor)}):
            pass
        for cohort in self._executors:
            view = looking[cohort.number]
            self.observation = view.observation
            self._seen[cohort.desk[cohort.driven]] = self.sight.see(cohort, cohort.look(view))

    def _checked(self, weights: F32) -> F32:
        if self.over:
            raise BadInput(f"the episode is over after {self.model.steps} bars; reset it")
        given = np.asarray(weights, dtype=np.float32)
        if given.shape != (expected := (self._desks, len(self.model.market.symbols))):
            raise BadInput(f"weights have shape {given.shape}; needed is {expected}, a weight for every asset of each desk")
        if not ((given >= 0) & (given <= 1)).all():
            raise BadInput("weights must lie between 0 and 1")
        return given

"""Attendance: who of the population is there, for Mesa as for the cohorts, and who leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mesa
import numpy as np

from freeagentics.agents import Population, TradingAgent
from freeagentics.arrays import Mask


class Attendance:
    """Has a Mesa agent in a model for everybody of its population who is there, and for nobody else.

    Attributes:
        leaving: indexes of agents by the step before which they leave, for steps that are computed again.
    """

    def __init__(self, model: mesa.Model, population: Population) -> None:
        self.leaving: Mapping[int, Sequence[int]] = {}
        self._model = model
        self._population = population
        self._left: list[int] = []
        self._step: int | None = None

    def seat(self) -> None:
        """Bring Mesa's agents in line with the population."""
        population, directory, seated = self._population, self._population.directory, self._seated()
        for index in np.flatnonzero(directory.alive).tolist():
            if seated.pop(index, None) is None:
                cohort = population.cohorts[directory.cohort[index]]
                TradingAgent(self._model, population.name(index), index, cohort, int(directory.row[index]))
        for agent in seated.values():
            mesa.Model.deregister_agent(self._model, agent)
        # Mesa 3.3 counts agents in a class-level dict keyed by model, which would keep every model ever built.
        getattr(mesa.Agent, "_ids", {}).pop(self._model, None)
        self._left = []

    def follow(self) -> None:
        """Have Mesa's agents look at the cohorts that the population has by now."""
        for agent in self._seated().values():
            agent.cohort = self._population.cohorts[agent.cohort.number]

    def dismiss_desks(self, desks: Mask) -> None:
        """Agents of these desks (D,) leave."""
        if desks.any():
            desk = self._population.directory.desk
            for index, agent in self._seated().items():
                if desks[desk[index]]:
                    agent.remove()

    def _seated(self) -> dict[int, TradingAgent]:
        return {agent.index: agent for agent in self._model.agents if isinstance(agent, TradingAgent)}

    def begin(self, step: int) -> list[int]:
        """A step begins; returns the indexes of those who left before it, now or when it was computed first."""
        due = set(self.leaving.get(step, ()))
        for index, agent in self._seated().items() if due else ():
            if index in due:
                agent.remove()
        left, self._left, self._step = self._left, [], step
        return left

    def end(self) -> None:
        """The step is over."""
        self._step = None

    def check(self, agent: mesa.Agent) -> None:
        """Raise RuntimeError where an agent may not leave now: half of a step would have it on record."""
        if self._step is not None:
            raise RuntimeError(f"{agent!r} cannot leave in the middle of step {self._step}; remove it before or after model.step()")

    def leave(self, agent: mesa.Agent) -> None:
        """An agent that Mesa has let go leaves the population as well, if it was of it."""
        if isinstance(agent, TradingAgent):
            self._population.leave(agent.index)
            self._left.append(agent.index)

    def dismiss(self) -> None:
        """Take everybody from Mesa: the model ends, and its population stays what it was."""
        self.end()
        for agent in self._seated().values():
            mesa.Model.deregister_agent(self._model, agent)

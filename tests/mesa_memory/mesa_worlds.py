"""Models that memory is attached to: Mesa's own examples, on any Mesa, and small ones with a purpose."""

from __future__ import annotations

import enum
import inspect
import sys
import warnings
from importlib import import_module
from typing import Any

import mesa

EXAMPLES = {
    "boltzmann": ("basic.boltzmann_wealth_model", "BoltzmannWealth"),
    "schelling": ("basic.schelling", "Schelling"),
    "wolf-sheep": ("advanced.wolf_sheep", "WolfSheep"),
    "sugarscape": ("advanced.sugarscape_g1mt", "SugarscapeG1mt"),
}

HAS_EVENTS = hasattr(mesa.Model, "schedule_recurring")


def example(name: str, seed: int) -> Any:
    """One of Mesa's examples, made as its Mesa has it made."""
    package, class_name = EXAMPLES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = import_module(f"mesa.examples.{package}.model")
        model = getattr(module, class_name)
        parameters = inspect.signature(model).parameters
        if "scenario" in parameters:
            (scenario,) = (
                one
                for one in vars(module).values()
                if isinstance(one, type) and one.__name__.endswith("Scenario") and one.__name__ != "Scenario"
            )
            return model(scenario=scenario(rng=seed))
        if "simulator" in parameters:
            from mesa.experimental.devs import ABMSimulator

            return model(seed=seed, simulator=ABMSimulator())
        return model(seed=seed) if "seed" in parameters else model(rng=seed)


def agent_state(name: str, model: Any) -> Any:
    """The state that agents of an example are to remember."""
    if name == "wolf-sheep":
        agents = sys.modules[type(next(iter(model.agents))).__module__]
        return {agents.Sheep: ["energy", "cell"], agents.Wolf: ["energy", "cell"]}
    return {"boltzmann": ["wealth", "cell"], "schelling": ["type", "happy", "cell"], "sugarscape": ["sugar", "spice", "cell"]}[name]


def remembering(name: str, model: Any) -> list[Any]:
    """The agents of an example that have memory."""
    return [agent for agent in model.agents if name != "wolf-sheep" or type(agent).__name__ != "GrassPatch"]


def step(model: Any) -> None:
    """One step, with what Mesa itself warns of left aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.step()


class Mood(enum.Enum):
    CALM = 1
    WILD = 2


class Walker(mesa.Agent):
    """An agent with a state of every kind."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.wealth = 1.0
        self.age = 0
        self.awake = True
        self.mood = Mood.CALM
        self.place = (0, 0)
        self.drift = [0.0, 0.0, 0.0]

    def step(self) -> None:
        self.age += 1
        self.wealth += self.random.random() - 0.5
        self.awake = self.age % 3 > 0
        self.mood = Mood.WILD if self.wealth > 1 else Mood.CALM
        self.place = (self.age % 5, self.unique_id % 7)
        self.drift[0] = self.wealth / 2


STATE = ["wealth", "age", "awake", "mood", "place", "drift"]

WHOLE = ["age", "awake", "mood", "place"]
"""State that is on record exactly."""


class Walk(mesa.Model):
    """Walkers that walk."""

    def __init__(self, count: int = 6, seed: int = 3) -> None:
        super().__init__(rng=seed)
        Walker.create_agents(self, count)

    @property
    def walkers(self) -> list[Any]:
        return sorted(self.agents, key=lambda agent: agent.unique_id)

    def step(self) -> None:
        self.agents.shuffle_do("step")

"""The simulation: the Mesa model that hosts the population, and what a step of it is made of."""

from freeagentics.journal import StepCommit
from freeagentics.simulation.market_model import MarketModel
from freeagentics.simulation.probe import Probe

__all__ = ["MarketModel", "Probe", "StepCommit"]

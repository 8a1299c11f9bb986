"""Experiments: many runs with common random numbers, measured, and compared seed by seed."""

from freeagentics.experiments.experiment import Experiment
from freeagentics.experiments.run import ablate, compare, sweep

__all__ = ["Experiment", "ablate", "compare", "sweep"]

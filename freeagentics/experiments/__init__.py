"""Experiments: many runs with common random numbers, measured, and compared seed by seed."""

from freeagentics.experiments.experiment import Experiment
from freeagentics.experiments.mesa_model import ablate_model
from freeagentics.experiments.run import ablate, compare, sweep

__all__ = ["Experiment", "ablate", "ablate_model", "compare", "sweep"]

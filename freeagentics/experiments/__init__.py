"""Experiments: many runs with common random numbers, measured, and compared seed by seed."""

from freeagentics.experiments.designs import latin_hypercube, read_points
from freeagentics.experiments.experiment import Experiment
from freeagentics.experiments.mesa_model import ablate_model, sweep_model
from freeagentics.experiments.run import ablate, compare, sweep
from freeagentics.experiments.sensitivity import Sensitivity, sensitivity

__all__ = [
    "Experiment",
    "Sensitivity",
    "ablate",
    "ablate_model",
    "compare",
    "latin_hypercube",
    "read_points",
    "sensitivity",
    "sweep",
    "sweep_model",
]

"""Beliefs of agents in the state of the market, and their learning of what to pay attention to."""

from freeagentics.mind.binned_effects import BinnedEffects
from freeagentics.mind.cohort_history import CohortHistory
from freeagentics.mind.faculty_weights import FacultyWeights
from freeagentics.mind.generative import GenerativeModel
from freeagentics.mind.grid import CALM, REGIMES, TURBULENT, MarketGrid
from freeagentics.mind.grid_belief import GridBelief
from freeagentics.mind.held_directions import HeldDirections
from freeagentics.mind.history import CompressedHistory
from freeagentics.mind.inference import evaluate_policies, infer_states
from freeagentics.mind.lazy_beliefs import LazyBeliefArray
from freeagentics.mind.sparse_beliefs import BeliefCompressor, SparseBeliefState
from freeagentics.mind.trunk import trunk_of

__all__ = [
    "CALM",
    "REGIMES",
    "TURBULENT",
    "BeliefCompressor",
    "BinnedEffects",
    "CohortHistory",
    "CompressedHistory",
    "FacultyWeights",
    "GenerativeModel",
    "GridBelief",
    "HeldDirections",
    "LazyBeliefArray",
    "MarketGrid",
    "SparseBeliefState",
    "evaluate_policies",
    "infer_states",
    "trunk_of",
]

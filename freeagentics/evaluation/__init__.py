"""Runs with a probe: training data of codecs, and agreement of decisions with decoded memories."""

from freeagentics.evaluation.agreement import Agreement, decision_agreement
from freeagentics.evaluation.audit import audit_memories
from freeagentics.evaluation.collected_run import CollectedRun, collect
from freeagentics.evaluation.training_runs import FIRST_SEED, TRAINING_SHARE, shipped_runs, training_split

__all__ = [
    "FIRST_SEED",
    "TRAINING_SHARE",
    "Agreement",
    "CollectedRun",
    "audit_memories",
    "collect",
    "decision_agreement",
    "shipped_runs",
    "training_split",
]

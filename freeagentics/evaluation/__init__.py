"""Runs with a probe, for training data of codecs and agreement of decisions with decoded memories; and forecasts of runs on trial."""

from freeagentics.evaluation.agreement import Agreement, decision_agreement
from freeagentics.evaluation.audit import audit_memories
from freeagentics.evaluation.collected_run import CollectedRun, collect
from freeagentics.evaluation.coverage import Coverage, LikelihoodRatio, coverage_tests
from freeagentics.evaluation.training_runs import FIRST_SEED, TRAINING_SHARE, shipped_runs, training_split
from freeagentics.evaluation.value_at_risk import ValueAtRiskBacktest, backtest_value_at_risk

__all__ = [
    "FIRST_SEED",
    "TRAINING_SHARE",
    "Agreement",
    "CollectedRun",
    "Coverage",
    "LikelihoodRatio",
    "ValueAtRiskBacktest",
    "audit_memories",
    "backtest_value_at_risk",
    "collect",
    "coverage_tests",
    "decision_agreement",
    "shipped_runs",
    "training_split",
]

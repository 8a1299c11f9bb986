"""Runs that are looked at: experiences to train codecs on, and what decisions would have been with other memories."""

from freeagentics.trials.agreement import Agreement, decision_agreement
from freeagentics.trials.audit import audit_memories
from freeagentics.trials.collect import Lived, collect
from freeagentics.trials.onlooker import Onlooker
from freeagentics.trials.recipe import FIRST_SEED, LEARNED, first_part, shipped_runs

__all__ = [
    "FIRST_SEED",
    "LEARNED",
    "Agreement",
    "Lived",
    "Onlooker",
    "audit_memories",
    "collect",
    "decision_agreement",
    "first_part",
    "shipped_runs",
]

"""Patterns of a run: found in its first two thirds, with their fate in the last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from freeagentics.condition import Condition
from freeagentics.services.evidence import Evidence
from freeagentics.services.pattern_trial import FAMILY_ERROR, Estimate, Finding, find_patterns, has_faded

FATE_ERROR = 0.05
"""Error of the test that a pattern held in the last third."""


class Fate(StrEnum):
    """Fate of a pattern after it was found: it stood the test again, it is less than half of what it was, or neither can be said."""

    HELD = "held"
    FADED = "faded"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class RunPattern:
    """A condition that stood its trial, and what came of it afterwards.

    Attributes:
        finding: looked for in the first third, tried in the second.
        later: what the last third says.
        fate: in one word.
    """

    finding: Finding
    later: Estimate
    fate: Fate


@dataclass(frozen=True, slots=True)
class RunPatterns:
    """All that was tried.

    Attributes:
        patterns: those that stood their trial.
        refused: those that did not, in the order of the search.
    """

    patterns: list[RunPattern]
    refused: list[Finding]


def patterns_of(evidence: Evidence, error: float = FAMILY_ERROR) -> RunPatterns:
    """Look for conditions in the first third of the evidence, try them in the second, and tell their fate in the last.

    Args:
        evidence: of the whole run.
        error: probability that anything false stands the trial.
    """
    search, trial, later = evidence.parts(1 / 3, 1 / 3, 1 / 3)
    if not (len(search) and len(trial)):
        return RunPatterns([], [])
    findings = find_patterns(search, trial, error)
    held = [finding for finding in findings if finding.holds]
    return RunPatterns([_followed(finding, later) for finding in held], [one for one in findings if not one.holds])


def estimated(condition: Condition, evidence: Evidence) -> Estimate | None:
    """Figures of a condition over the whole evidence; None where there is no evidence of it."""
    return Estimate.of(condition, evidence) if len(evidence) and condition.is_about(evidence) else None


def _followed(finding: Finding, later: Evidence) -> RunPattern:
    estimate, found = Estimate.of(finding.condition, later), finding.estimate
    if estimate.rate.trials and estimate.p_value <= FATE_ERROR:
        fate = Fate.HELD
    elif has_faded(later, finding.condition, found.rate.rate, found.base.rate):
        fate = Fate.FADED
    else:
        fate = Fate.OPEN
    return RunPattern(finding, estimate, fate)

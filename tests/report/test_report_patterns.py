"""The sections on patterns and on success say what evidence and decisions say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from report_worlds import made

from freeagentics.condition import Condition
from freeagentics.evaluation.run_decisions import run_decisions
from freeagentics.evaluation.run_patterns import RunPatterns, patterns_of
from freeagentics.report.facts import Facts, aggregate
from freeagentics.report.sections.patterns import patterns
from freeagentics.report.sections.success import success
from freeagentics.services.decision_figures import success_by
from freeagentics.services.evidence import Evidence

GIVEN = [{"conditions": {"price.zscore_min": 1.0}}]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return aggregate(made(tmp_path_factory.mktemp("patterns"), agents=5, patterns=GIVEN))


def found() -> RunPatterns:
    """What an evidence shows in which success follows every tenth situation."""
    met = np.arange(3_000) % 10 == 0
    return patterns_of(Evidence(np.arange(3_000), met, np.where(met, 0.01, -0.01), 1, {"signal": met.astype(float)}))


def test_patterns_are_shown_with_their_evidence_and_their_fate(facts: Facts) -> None:
    page = str(patterns(replace(facts, patterns=found())))
    assert str(Condition("signal", 1.0)).replace(">", "&gt;") in page
    for said in ("Of 1 condition that were tried 1 foretold a rise", "1 held", "Agents were given 1 pattern, of which 0 earned a weight"):
        assert said in page
    assert "No condition had events enough" in str(patterns(facts))


def test_success_by_role_is_that_of_the_decisions(facts: Facts) -> None:
    counted = success_by(run_decisions([facts.context.record.path]), ["role"])
    rates = dict(counted.select("role", "rate").iter_rows())
    everywhere = np.ones(facts.context.steps, bool)
    shown = {name: facts.contribution.success(place, everywhere).value for place, name in enumerate(facts.context.team)}
    assert shown == pytest.approx(rates)
    parts = [facts.contribution.success(0, facts.contexts["trend"] == trend).count for trend in ("rising", "falling")]
    assert sum(parts) == facts.contribution.success(0, everywhere).count


def test_the_cost_of_keeping_records_is_told_by_store(facts: Facts) -> None:
    page = str(success(facts))
    assert all(store in page for store in ("dynamodb", "redis", "s3"))


def test_a_run_of_one_step_costs_nothing_that_can_be_told(tmp_path: Path) -> None:
    assert "dynamodb" not in str(success(aggregate(made(tmp_path, agents=5, steps=1))))

"""Patterns that agents begin with: heard where outcomes bear them out, silent where they do not, and named by decisions that they moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from freeagentics import explain, fork, load_scenario, resume, run
from freeagentics.agents import PatternSettings
from freeagentics.agents.given_patterns import SEQUEL, GivenPatterns
from freeagentics.agents.view import Outcomes
from freeagentics.errors import BadScenario
from freeagentics.evaluation.run_decisions import run_decisions
from freeagentics.journal import Journal
from freeagentics.market import Observation
from freeagentics.plain_data import plain_value
from freeagentics.records.roster import Roster
from freeagentics.records.run_record import RunRecord
from freeagentics.scenario.patterns_file import read_patterns, write_patterns
from freeagentics.services.decision_record import DecisionRecord
from freeagentics.simulation import MarketModel
from freeagentics.sync.projection import DecisionItems

ROWS, HORIZON = 2, 8
MANY = PatternSettings(conditions={"whales.count_min": 5.0})
MORE = PatternSettings(conditions={"whales.count_min": 9.0})
SURE: dict[str, Any] = {"patterns": [{"conditions": {"whales.count_min": 5.0, "context": ["trend", "rising"]}, "prior": 0.4}]}
NAME, STEPS, SPOKEN = "whales.count >= 5 where trend is rising", 64, 58


def lived(effect: float, *patterns: PatternSettings, read: bool = True, count: float = 9) -> GivenPatterns:
    """A life in which whales show every 20 steps, and the price then moves by *effect* standard deviations over the horizon and noise."""
    given, draw = GivenPatterns(ROWS, 1, HORIZON, patterns), np.random.default_rng(3)
    moves = draw.standard_normal(408) / np.sqrt(HORIZON)
    for step in range(20, 400, 20):
        moves[step + 1 : step + 1 + HORIZON] += effect / HORIZON
    for step in range(1, 400):
        values = np.array([[count if step % 20 == 0 else 0.0]], np.float32)
        shown = Observation(step, step * 3_600_000, ("whales.count",), values, np.ones(1, np.int64))
        # As numpy lays out what cohorts pass: columns of a mask, chosen.
        given.observe(shown, None, np.full((ROWS, len(patterns)), read, order="F"))
        if step > HORIZON:
            result = np.full((ROWS, 1), moves[step + 1 - HORIZON : step + 1].sum(), np.float32)
            given.learn(Outcomes(step - HORIZON, HORIZON, result[0]), result, np.ones(ROWS, bool))
    return given


@pytest.mark.parametrize("effect", [2.0, -2.0])
def test_a_pattern_is_heard_as_outcomes_bear_it_out(effect: float) -> None:
    assert lived(effect, MANY).weights.weight[:, 0] == pytest.approx([effect] * ROWS, abs=0.6)


def test_a_pattern_that_tells_nothing_is_not_heard() -> None:
    given = lived(0.0, MANY)
    assert not given.weights.weight.any()
    assert not given.contributions().any()


def test_a_pattern_says_nothing_of_a_source_that_was_not_read() -> None:
    given = lived(2.0, MANY, read=False)
    assert not given.said.any()
    assert not given.weights.weight.any()


def test_of_several_that_are_met_the_first_speaks() -> None:
    given = lived(2.0, MANY, MORE)
    assert given.weights.words[:, 0].tolist() == [19, 19]
    assert given.weights.words[:, 1].tolist() == [0, 0]
    assert lived(2.0, MORE, MANY, count=6).weights.words[0].tolist() == [0, 19]


def test_who_arrives_has_learned_nothing() -> None:
    given = lived(2.0, MANY)
    given.forget(np.array([1]))
    assert given.weights.weight[0].any()
    assert not given.weights.weight[1].any()


@pytest.mark.parametrize(
    ("conditions", "wrong"),
    [
        ({}, "give one threshold"),
        ({"whales.count": 5}, "give one threshold"),
        ({"whales.count_min": 5, "whales.drive_min": 1}, "give one threshold"),
        ({"whales.count_min": "five"}, "must be a finite number"),
        ({"whales.count_min": 5, "context": "rising"}, "context must be a name and a value"),
        ({"context": ["trend", "up"]}, "no context trend is up"),
    ],
)
def test_what_is_no_condition_is_refused(conditions: dict[str, Any], wrong: str) -> None:
    with pytest.raises(BadScenario, match=wrong):
        load_scenario("whale-pump", {"patterns": [{"conditions": conditions}]})


def test_a_pattern_of_what_a_market_does_not_show_is_refused() -> None:
    with pytest.raises(BadScenario, match=r"'whale.count' is no column of this market; did you mean 'whales.count'"):
        MarketModel(load_scenario("whale-pump", {"agents.count": 5, "patterns": [{"conditions": {"whale.count_min": 5}}]}))


def test_without_patterns_there_are_no_arrays_of_them_and_each_goes_to_one_role_of_a_desk() -> None:
    given = [{"conditions": {f"{name}_min": 0}} for name in ("whales.count", "price.zscore", "sentiment.change", SEQUEL)]
    with MarketModel(load_scenario("btc-replay", {"agents.count": 5, "patterns": given})) as model:
        heeded = {cohort.role: len(cohort.patterns.names) for cohort in model.population.cohorts if cohort.patterns}
        assert heeded == {"market-hunter": 3, "sentiment-analyzer": 1}
    with MarketModel(load_scenario("btc-replay", {"agents.count": 5})) as model:
        assert not [name for part in model.checkpoint().values() for name in part if name.startswith("patterns.")]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    out = tmp_path_factory.mktemp("patterns") / "run"
    return run("whale-pump", agents=5, steps=STEPS, seed=1, overrides=SURE | {"run.checkpoint_every": 4}, out=out)


def test_decisions_name_the_patterns_that_moved_them(record: RunRecord) -> None:
    heard = record.contribution_frame.filter(faculty=NAME)
    assert heard["step"].min() == SPOKEN
    applied = run_decisions([record.path]).filter(pl.col("patterns").list.contains(NAME))
    assert applied.select("agent", "step").rows() == heard.select("agent", "step").rows()
    with Journal(record.directory.journal) as journal:
        items = list(DecisionItems(journal, Roster(journal), HORIZON).span(SPOKEN, SPOKEN))
    named = {one.agent_id: one.reasoning.get("patterns_applied") for one in (DecisionRecord.of(plain_value(item.body)) for item in items)}
    assert named.pop("market-hunter-0000") == [NAME]
    assert not any(named.values())


def test_what_would_have_been_decided_without_is_explained(record: RunRecord) -> None:
    told = explain(record.path, "market-hunter-0000", SPOKEN)
    (applied,) = told.patterns
    assert applied.pattern == NAME
    assert applied.contribution > 0.5
    assert applied.without.value == pytest.approx(told.value - applied.contribution, abs=1e-5)


def test_a_run_with_patterns_is_the_same_over_workers_a_resume_and_a_fork(record: RunRecord, tmp_path: Path) -> None:
    stopped = run("whale-pump", agents=5, steps=50, seed=1, overrides=SURE | {"run.workers": 2}, out=tmp_path / "stopped")
    forked = fork(stopped.path, 50, steps=STEPS, out=tmp_path / "forked")
    resumed = resume(stopped.path, steps=STEPS)
    assert forked.summary.trajectory_sha256 == resumed.summary.trajectory_sha256 == record.summary.trajectory_sha256
    with pytest.raises(BadScenario, match="patterns: cannot change"):
        fork(stopped.path, 50, overrides={"patterns": []})


def test_a_file_of_patterns_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path, told = tmp_path / "found.toml", {MANY.condition: "many", PatternSettings(**SURE["patterns"][0]).condition: "in a trend"}
    write_patterns(path, told)
    assert [PatternSettings(**one).condition for one in read_patterns(path)["patterns"]] == list(told)
    write_patterns(path, {})
    assert read_patterns(path) == {"patterns": []}
    path.write_text("steps = 3")
    with pytest.raises(BadScenario, match=r"must have \[\[patterns\]\] tables"):
        read_patterns(path)

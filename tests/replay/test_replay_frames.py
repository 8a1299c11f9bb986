"""Frames that take a replay, against the agents themselves and against `explain`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import BadInput, MarketModel, RunRecord, explain, fork, replay_frames, run
from freeagentics.replay import ReplayFrames

SETTINGS: dict[str, object] = {"roles.market-hunter.prior": 0.9, "memory.prior": 0.9, "run.checkpoint_every": 25}
STEPS = 60
AGENT = "market-hunter-0001"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("ten-pairs", agents=15, steps=STEPS, overrides=SETTINGS, out=tmp_path_factory.mktemp("frames") / "run")


@pytest.fixture(scope="module")
def frames(record: RunRecord) -> ReplayFrames:
    return replay_frames(record.path, first=41)


def test_they_cover_the_steps_that_were_asked_for(record: RunRecord, frames: ReplayFrames) -> None:
    assert frames.beliefs["step"].unique().sort().to_list() == list(range(41, STEPS + 1))
    assert frames.beliefs.height == 20 * 15 * 10
    assert replay_frames(record.path, first=30, last=31).weights["step"].unique().sort().to_list() == [30, 31]
    with pytest.raises(BadInput, match="steps 50 to 61: .* has steps 1 to 60"):
        replay_frames(record.path, first=50, last=61)


def test_they_cover_a_whole_run_whose_first_steps_recall_nothing(record: RunRecord) -> None:
    found = replay_frames(record.path, last=20)
    assert found.beliefs["step"].unique().len() == 20
    assert 1 not in found.recalled["step"]
    assert found.recalled.schema == replay_frames(record.path, first=20, last=20).recalled.schema


def test_beliefs_are_those_that_the_agents_hold(record: RunRecord, frames: ReplayFrames) -> None:
    with MarketModel(record.scenario) as model:
        model.run_model()
        held = {cohort.role: cohort for cohort in model.population.cohorts}["market-hunter"]
        row = int(np.flatnonzero(held.number_in_role == 1)[0])
        regimes, trend = held.belief.regimes[row].copy(), held.belief.trend()[row].copy()
    mine = frames.beliefs.filter(agent=AGENT, step=STEPS)
    assert np.array_equal(mine.select("bull", "bear", "calm", "turbulent").to_numpy(), regimes)
    assert np.array_equal(mine["expected_return"].to_numpy(), trend)


def test_memories_recalled_are_those_that_explain_names(record: RunRecord, frames: ReplayFrames) -> None:
    one = explain(record.path, AGENT, STEPS)
    mine = frames.recalled.filter(agent=AGENT, step=STEPS)
    assert one.memories
    assert mine["memory_step"].to_list()[: len(one.memories)] == [memory.step for memory in one.memories]
    assert mine["share"].sum() == pytest.approx(1, abs=1e-5)
    outcomes = record.memory_frame.filter(agent=AGENT).select(memory_step="step", is_result="result", is_reward="reward")
    both = mine.join(outcomes, on="memory_step")
    assert both.height == mine.height
    assert np.allclose(both["result"], both["is_result"]) and np.allclose(both["reward"], both["is_reward"])


def test_weights_are_those_that_the_decision_went_by(record: RunRecord, frames: ReplayFrames) -> None:
    weights = frames.weights.filter(agent=AGENT)
    belief = weights.filter(faculty="belief").select("step", "weight")
    both = record.decision_frame.filter(agent=AGENT).join(belief, on="step")
    trend = frames.beliefs.filter(agent=AGENT).select("step", "symbol", trend="expected_return")
    parts = both.join(trend, on=["step", "symbol"])
    assert parts.height == 20
    assert np.allclose(parts["weight"] * parts["trend"], parts["reason.from_belief"], atol=1e-5)


def test_importance_is_what_an_agent_says_of_its_features(record: RunRecord, frames: ReplayFrames) -> None:
    with MarketModel(record.scenario) as model:
        model.run_model()
        says = model.agent(AGENT).importance
    mine = frames.importance.filter(agent=AGENT, step=STEPS)
    assert dict(mine.select("feature", "importance").rows()) == pytest.approx(says, abs=1e-6)
    sums = frames.importance.group_by("step", "agent").agg(pl.col("importance").sum())
    assert sums.height == 20 * 15
    assert sums["importance"].to_list() == pytest.approx([1.0] * sums.height, abs=1e-5)


def test_traits_are_drawn_once_and_kept(record: RunRecord, frames: ReplayFrames) -> None:
    earlier = replay_frames(record.path, first=5, last=5).traits
    assert earlier.sort("agent", "trait").equals(frames.traits.sort("agent", "trait"))
    assert frames.traits.group_by("trait").agg(pl.col("agent").len()).filter(trait="persistence")["agent"].item() == 15
    assert set(frames.traits.filter(pl.col("agent").str.starts_with("trade-executor"))["trait"]) == {
        "persistence",
        "band",
        "neutral_exposure",
    }


def test_a_fork_is_replayed_under_the_settings_that_each_step_was_made_under(record: RunRecord, tmp_path: Path) -> None:
    forked = fork(record.path, at=50, overrides={"market.fee_bps": 90}, steps=55, out=tmp_path / "fork")
    found = replay_frames(forked.path, first=48)
    assert found.beliefs["step"].unique().sort().to_list() == list(range(48, 56))

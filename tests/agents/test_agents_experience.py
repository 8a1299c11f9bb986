from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from agents_worlds import Tape, Thinking, credulous, scenario, taped, witness

from freeagentics.agents import SignalKind
from freeagentics.agents.decision import Decisions
from freeagentics.agents.experience import action
from freeagentics.arrays import F32
from freeagentics.journal import Kind
from freeagentics.memory import FEATURES, Recalled, column
from freeagentics.mind import REGIMES

STEPS = 40
FORECASTERS = ("market-hunter", "sentiment-analyzer")


@dataclass(frozen=True)
class Watched:
    tape: Tape
    thoughts: list[Thinking]


@pytest.fixture(scope="module", params=["one asset", "ten assets"])
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A run of ten agents on two desks, thought by thought."""
    many = {"market__bars": "ten-pairs-4h", "market__daily": "", "market__warmup": 100} if request.param == "ten assets" else {}
    model, tape = taped((scenario if many else credulous)(**many))
    with pytest.MonkeyPatch.context() as patch, model:
        thoughts = witness(model, patch)
        for _ in range(STEPS):
            model.step()
        yield Watched(tape, thoughts)


def feature(thought: Thinking, name: str) -> F32:
    """A feature of the rows that hold an agent."""
    return thought.states[thought.cohort.active, column(name)]


def test_every_number_of_every_experience_is_finite(watched: Watched) -> None:
    assert all(np.isfinite(thought.states).all() for thought in watched.thoughts)


def test_experiences_stay_inside_what_codecs_keep_but_for_what_has_no_bounds(watched: Watched) -> None:
    unbounded = {"surprise", "turnover_24"}
    for thought in watched.thoughts:
        for name, low, high in ((f.name, f.low, f.high) for f in FEATURES if f.name not in unbounded):
            values = feature(thought, name)
            assert (values >= low - 1e-6).all() and (values <= high + 1e-6).all(), name


def test_the_portfolio_is_that_of_the_agents_desk(watched: Watched) -> None:
    for thought in watched.thoughts:
        desk, books = thought.cohort.desk[thought.cohort.active], thought.view.books
        weight = books.position * (books.price / 1e8) / 1e8 / (books.equity / 100)[:, None]
        np.testing.assert_allclose(feature(thought, "exposure"), weight.sum(axis=1)[desk], atol=1e-6)
        np.testing.assert_allclose(feature(thought, "cash_share"), 1 - weight.sum(axis=1)[desk], atol=1e-6)
        np.testing.assert_allclose(feature(thought, "concentration"), (weight**2).sum(axis=1)[desk], atol=1e-6)


def test_the_change_of_position_is_that_of_exposure_since_the_last_step(watched: Watched) -> None:
    last = {thought.cohort.number: np.zeros(int(thought.cohort.active.sum()), np.float32) for thought in watched.thoughts}
    moved = False
    for thought in watched.thoughts:
        now, change = feature(thought, "exposure"), feature(thought, "position_change")
        np.testing.assert_allclose(change, now - last[thought.cohort.number], atol=1e-6)
        last[thought.cohort.number] = now
        moved = moved or bool(change.any())
    assert moved


def test_the_view_is_what_the_market_showed_of_the_asset_in_focus(watched: Watched) -> None:
    for thought in watched.thoughts:
        focus = thought.focus[thought.cohort.active]
        for name, shown in (("return_1", "price.zscore"), ("trend", "price.trend"), ("volatility_ratio", "price.volatility_ratio")):
            assert (feature(thought, name) == thought.view.observation.column(shown)[focus]).all()


def test_beliefs_sum_to_one_and_their_entropy_is_theirs(watched: Watched) -> None:
    for thought in watched.thoughts:
        belief = np.stack([feature(thought, regime) for regime in REGIMES], axis=1).astype(np.float64)
        np.testing.assert_allclose(belief.sum(axis=1), 1, atol=1e-5)
        entropy = -(belief * np.log(np.maximum(belief, 1e-12))).sum(axis=1) / np.log(len(REGIMES))
        np.testing.assert_allclose(feature(thought, "entropy"), entropy, atol=1e-5)


def test_value_at_risk_is_near_that_of_a_normal_return_on_what_is_held(watched: Watched) -> None:
    for thought in watched.thoughts:
        horizon = thought.cohort.context.memory.horizon
        normal = 1.645 * feature(thought, "expected_volatility") * np.sqrt(horizon) * feature(thought, "exposure")
        held = normal > 0
        ratio = feature(thought, "value_at_risk")[held] / normal[held]
        assert ((ratio > 0.7) & (ratio < 1.6)).all()
        assert (feature(thought, "value_at_risk")[~held] == 0).all()


def test_no_limit_heard_is_a_limit_of_all(watched: Watched) -> None:
    hunters = [thought for thought in watched.thoughts if thought.cohort.role == "market-hunter"]
    executors = [thought for thought in watched.thoughts if thought.cohort.role == "trade-executor"]
    assert all((feature(thought, "limit_heard") == 1).all() for thought in hunters)
    assert all((feature(thought, "limit_heard") < 1).all() for thought in executors)


def test_a_gap_to_the_target_is_the_target_heard_less_what_is_held(watched: Watched) -> None:
    for thought in watched.thoughts:
        gap = feature(thought, "target_heard") - feature(thought, "exposure")
        assert (feature(thought, "target_gap") == gap).all()


def test_what_was_not_paid_for_is_not_seen(watched: Watched) -> None:
    paid = False
    for thought in watched.thoughts:
        seen = {"read_whales": ("whale_count", "whale_imbalance"), "read_derivatives": ("funding",), "read_sentiment": ("sentiment",)}
        for read, names in seen.items():
            unpaid = feature(thought, read) == 0
            paid = paid or not unpaid.all()
            assert all((feature(thought, name)[unpaid] == 0).all() for name in names)
        assert thought.cohort.role in FORECASTERS or not thought.states[:, [column(read) for read in seen]].any()
    assert paid


def test_what_was_done_is_the_decision_on_record(watched: Watched) -> None:
    cohorts = max(thought.cohort.number for thought in watched.thoughts) + 1
    for number, thought in enumerate(watched.thoughts):
        decisions = watched.tape.records(number // cohorts + 1, Kind.DECISIONS)
        mine = decisions[np.isin(decisions["agent"], thought.cohort.agent[thought.cohort.active])]
        assert (feature(thought, "action") == mine["action"]).all()
        np.testing.assert_allclose(feature(thought, "confidence"), mine["confidence"], atol=1e-3)
        np.testing.assert_allclose(feature(thought, "memory_weight"), mine["memory_weight"], atol=1e-3)


def test_a_forecast_of_half_a_deviation_has_half_the_confidence_that_its_belief_allows(watched: Watched) -> None:
    checked = 0
    for thought in (thought for thought in watched.thoughts if thought.cohort.role in FORECASTERS):
        size, entropy, confidence = (np.abs(feature(thought, name)) for name in ("direction", "entropy", "confidence"))
        inside = (size > 0) & (size < 1)
        np.testing.assert_allclose(confidence[inside], (size / (size + 0.5) * (1 - entropy / 2))[inside], atol=1e-5)
        checked += int(inside.sum())
    assert checked or len(watched.thoughts[0].view.observation.prices) > 1


def test_what_was_heard_is_the_last_that_was_said_to_the_desk(watched: Watched) -> None:
    executors = [thought for thought in watched.thoughts if thought.cohort.role == "trade-executor"]
    limit: dict[int, float] = {}
    for step, thought in enumerate(executors, start=1):
        said = watched.tape.records(step, Kind.SIGNALS)
        for signal in said[said["kind"] == SignalKind.LIMIT] if len(said) else []:
            limit[int(signal["desk"])] = float(signal["data"][0])
        assert feature(thought, "limit_heard").tolist() == [limit[desk] for desk in thought.cohort.desk[thought.cohort.active].tolist()]


def test_a_memory_on_record_decodes_to_the_experience(watched: Watched) -> None:
    low, high = np.array([f.low for f in FEATURES]), np.array([f.high for f in FEATURES])
    for thought, kept in zip(watched.thoughts[-5:], watched.tape.kept(STEPS), strict=True):
        decoded = thought.cohort.codec.decode(kept.codes, thought.view.side_information(thought.cohort.desk[thought.cohort.active]))
        lived = np.clip(thought.states[thought.cohort.active], low, high)
        assert kept.version == thought.cohort.codec.version
        assert (np.sqrt(np.square((decoded - lived) / (high - low)).mean(axis=0)) < 0.15).all()
        assert (np.abs(decoded - lived) / (high - low)).mean() < 0.02


def test_the_direction_of_a_bet_is_that_on_the_asset_in_focus_and_at_most_one_either_way() -> None:
    stance = np.array([[-3, 0], [0, 0.5], [4, 0], [0, -0.25]], dtype=np.float32)
    none, rows = np.zeros(4, dtype=np.float32), np.zeros((4, 1), dtype=np.float32)
    marks = {"action": none.astype(np.uint8), "explored": none.astype(np.bool_), "published": none.astype(np.int32)}
    choice = SimpleNamespace(stance=stance, size=none, confidence=none, **marks)
    states = np.zeros((4, len(FEATURES)), dtype=np.float32)
    recalled = Recalled.weighed(rows.astype(np.int32), rows, rows, rows, rows, doubt=1)
    action(states, cast(Decisions, choice), recalled, none, np.array([0, 1, 0, 1]))
    assert states[:, column("direction")].tolist() == [-1, 0.5, 1, -0.25]

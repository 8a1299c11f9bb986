from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from model_worlds import play, scenario

from freeagentics.journal import Kind
from freeagentics.simulation.outcomes import LARGEST, OutcomeWindow

bars = st.lists(st.tuples(st.floats(1, 1e5), st.floats(0, 0.125, width=32)), min_size=1, max_size=40)


@given(bars, st.integers(1, 10))
def test_an_outcome_is_the_log_return_over_the_horizon_in_deviations_as_estimated_then(
    path: list[tuple[float, float]], horizon: int
) -> None:
    window = OutcomeWindow(horizon, 1)
    for step, (close, volatility) in enumerate(path, start=1):
        due = window.due(step, np.array([close]), np.array([volatility], dtype=np.float32))
        if step <= horizon:
            assert due is None
            continue
        assert due is not None
        then, deviation = path[step - horizon - 1]
        result = np.log(close / then) / (max(deviation, 1e-6) * np.sqrt(horizon))
        assert (due.step, due.horizon) == (step - horizon, horizon)
        np.testing.assert_allclose(due.result, [np.clip(result, -LARGEST, LARGEST)], rtol=1e-4, atol=1e-5)


def test_results_on_record_are_those_of_the_asset_that_was_in_focus() -> None:
    world = scenario(overrides={"market.bars": "ten-pairs-4h", "market.daily": "", "market.warmup": 100})
    tape, horizon = play(world), world.memory.horizon
    judged = 0
    for step, outcomes in tape.all(Kind.OUTCOMES):
        then, now = tape.records(step - horizon, Kind.OBSERVATION), tape.records(step, Kind.OBSERVATION)
        decisions = tape.records(step - horizon, Kind.DECISIONS)
        assert then is not None and now is not None and decisions is not None
        result = np.log(now["price"] / then["price"]) / (then["values"][:, 2] * np.sqrt(horizon))
        focus = dict(zip(decisions["agent"].tolist(), decisions["asset"].tolist(), strict=True))
        expected = [np.clip(result[focus[agent]], -LARGEST, LARGEST) for agent in outcomes["agent"].tolist()]
        np.testing.assert_allclose(outcomes["result"], expected, rtol=1e-3, atol=1e-4)
        judged += len(outcomes)
    assert judged == (world.steps - horizon) * 10


def test_who_bet_on_what_came_is_rewarded() -> None:
    """A stance times what came of it; with one asset it has the sign of both."""
    world = scenario(steps=40)
    tape, horizon = play(world), world.memory.horizon
    for step, outcomes in tape.all(Kind.OUTCOMES):
        decisions = tape.records(step - horizon, Kind.DECISIONS)
        assert decisions is not None
        stance = dict(zip(decisions["agent"].tolist(), decisions["value"].tolist(), strict=True))
        hunters = outcomes[outcomes["agent"] < 2]
        expected = [stance[agent] * result for agent, result in zip(hunters["agent"].tolist(), hunters["result"].tolist(), strict=True)]
        np.testing.assert_allclose(hunters["reward"], expected, rtol=1e-3, atol=1e-5)

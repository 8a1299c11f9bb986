"""The state of one agent, taken out of its cohort's arrays and put into them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import role_files
from hypothesis import given, settings
from hypothesis import strategies as st
from model_worlds import scenario

from freeagentics.agents.row_state import SEAT, put_row, row_axis, take_row
from freeagentics.agents.user_cohort import UserCohort
from freeagentics.arrays import AnyArray
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.simulation import MarketModel
from freeagentics.simulation.market_model import Checkpoint

STEPS, HISTORY = (3, 70, 150), 80
TEN_ASSETS = {"market.bars": "ten-pairs-4h", "market.daily": "", "market.warmup": 100}
# Rings of 16 steps in cohorts of 16 rows: a shape does not tell where rows lie.
SETTINGS = {"memory.horizon": 15, "memory.history": HISTORY, "memory.slots": 32}
LAST_ROW = 9


def played(world: Scenario, *steps: int) -> dict[int, Checkpoint]:
    """Checkpoints of these steps."""
    found = {}
    with MarketModel(world) as model:
        while model.steps < steps[-1]:
            model.step()
            if model.steps in steps:
                found[model.steps] = model.checkpoint()
    return found


@cache
def world() -> Scenario:
    return scenario(overrides=SETTINGS, agents=50, steps=200)


@cache
def checkpoints() -> dict[int, Checkpoint]:
    return played(world(), *STEPS)


def equal(one: dict[str, AnyArray], other: dict[str, AnyArray]) -> bool:
    """Equal to the bit."""
    return {name: (a.dtype, a.shape, a.tobytes()) for name, a in one.items()} == {
        name: (a.dtype, a.shape, a.tobytes()) for name, a in other.items()
    }


@pytest.mark.parametrize("overrides", [SETTINGS, TEN_ASSETS], ids=["long horizon", "ten assets"])
def test_the_axis_of_rows_is_the_one_that_grows_with_the_cohort(overrides: dict[str, object]) -> None:
    small, large = (played(scenario(overrides=overrides, agents=agents, steps=20), 18)[18] for agents in (25, 130))
    parts = [part for part in small if part.startswith("cohort-")]
    assert len(parts) == 5
    for part in parts:
        rows = len(small[part]["agent"]), len(large[part]["agent"])
        assert rows[0] < rows[1]
        for name, array in small[part].items():
            if name.startswith(("belief.b", "belief.low", "history.")):
                continue
            grown = [axis for axis, (a, b) in enumerate(zip(array.shape, large[part][name].shape, strict=True)) if (a, b) == rows]
            assert grown == ([] if row_axis(name) is None else [row_axis(name)]), f"{part} {name}: say so in row_state.py"


@settings(max_examples=40)
@given(cohort=st.integers(0, 4), row=st.integers(0, LAST_ROW), earlier=st.sampled_from(STEPS), later=st.sampled_from(STEPS))
def test_a_state_that_is_put_in_place_of_another_is_there_bit_for_bit_and_alone(cohort: int, row: int, earlier: int, later: int) -> None:
    part = f"cohort-{cohort}"
    if earlier > later:
        earlier, later = later, earlier
    arrays = checkpoints()[later][part]
    state = take_row(checkpoints()[earlier][part], row, earlier, HISTORY)
    put = put_row(arrays, row, later, HISTORY, state)
    assert equal(take_row(put, row, later, HISTORY), state)
    for other in range(LAST_ROW + 1):
        if other != row:
            assert equal(take_row(put, other, later, HISTORY), take_row(arrays, other, later, HISTORY))
    alone = {name for name in arrays if row_axis(name) is None and not name.startswith(("belief.", "history."))} | set(SEAT) - {"joined"}
    assert equal({name: put[name] for name in alone}, {name: arrays[name] for name in alone})
    assert put["joined"].tolist() == [later if place == row else 0 for place in range(len(put["joined"]))]


def test_a_model_whose_agents_have_the_states_that_they_had_takes_the_same_course() -> None:
    at, last = STEPS[1], STEPS[1] + 30
    state = {}
    for part, arrays in checkpoints()[at].items():
        held = dict(arrays)
        for row in range(LAST_ROW + 1) if part.startswith("cohort-") else ():
            held = put_row(held, row, at, HISTORY, take_row(arrays, row, at, HISTORY))
        # They did not arrive just now: the decisions that are pending are their own.
        state[part] = held | {name: arrays[name] for name in {"joined"} & arrays.keys()}
    ended = []
    for start in (checkpoints()[at], state):
        with MarketModel(world()) as model:
            model.restore(at, start)
            while model.steps < last:
                model.step()
            ended.append((model.trajectory_sha256, [take_row(model.population.cohorts[2].state(), 4, last, HISTORY)]))
    assert ended[0][0] == ended[1][0]
    assert equal(ended[0][1][0], ended[1][1][0])


def test_an_agent_that_was_set_back_has_no_reward_for_what_it_decided_before() -> None:
    earlier, at, row = STEPS[0], STEPS[1], 4
    parts = dict(checkpoints()[at])
    parts["cohort-0"] = put_row(parts["cohort-0"], row, at, HISTORY, take_row(checkpoints()[earlier]["cohort-0"], row, earlier, HISTORY))
    with MarketModel(world()) as model:
        model.restore(at, parts)
        cohort = model.population.cohorts[0]
        judged = [set[int](), set[int]()]
        while model.steps < at + 17:
            model.step()
            assert cohort.step_context is None
            for place, one in enumerate((row, row + 1)):
                known = np.isfinite(cohort.index.result[one])
                judged[place] |= set(cohort.index.step[one][known].tolist())
    # Its own begin with the first decision after that; a neighbour's go on.
    assert min(step for step in judged[0] if step > earlier) == at + 1
    assert min(step for step in judged[1] if step > at - 15) == at - 14


def test_declared_state_of_a_users_role_goes_with_its_agent(tmp_path: Path) -> None:
    body = "self.count = getattr(self, 'count', 0) + self.settings.by\nreturn Action('wait', confidence=0.5, reasoning={'why': self.count})"
    extra = "    state = ('count',)\n    class Settings(UserRole.Settings):\n        by: int = 2\n"
    path = role_files.write(tmp_path, role_files.role(body, extra=extra))

    own = load_scenario(path)
    found = played(own, 2, 7)
    part = next(part for part, arrays in found[2].items() if "user_state" in arrays)
    put = put_row(found[7][part], 1, 7, HISTORY, take_row(found[2][part], 1, 2, HISTORY))
    with MarketModel(own) as model:
        model.restore(7, found[7] | {part: put})
        cohort = model.population.cohorts[int(part.removeprefix("cohort-"))]
        assert isinstance(cohort, UserCohort)
        assert [vars(agent)["count"] for agent in cohort.agents[:2]] == [14, 4]
        model.step()
        assert [vars(agent)["count"] for agent in cohort.agents[:2]] == [16, 6]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda state: state | {"more": np.zeros(2)}, "differs in more"),
        (lambda state: state | {"belief.entropy": np.zeros(3, np.float32)}, r"belief.entropy: float32\(3,\) is not float32\(1,\)"),
        (lambda state: state | {"belief.cells": np.zeros((2, 32, 32), np.float32)}, "belief.cells"),
    ],
)
def test_a_state_of_another_role_or_scenario_is_refused(change: object, said: str) -> None:
    arrays = checkpoints()[STEPS[0]]["cohort-1"]
    with pytest.raises(ValueError, match=said):
        put_row(arrays, 0, STEPS[0], HISTORY, change(take_row(arrays, 0, STEPS[0], HISTORY)))  # type: ignore[operator]
    with pytest.raises(ValueError, match="the state of another role"):
        put_row(arrays, 0, STEPS[0], HISTORY, take_row(checkpoints()[STEPS[0]]["cohort-2"], 0, STEPS[0], HISTORY))

"""Settings of a role of one's own that are ranges: each agent draws its own, and nothing else that is drawn changes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, model_validator
from role_files import SCENARIO, role, write

from freeagentics.agents.drawn_settings import DrawnSettings
from freeagentics.errors import BadScenario
from freeagentics.runs import resume, run
from freeagentics.scenario import load_scenario
from freeagentics.scenario.files import build_scenario, to_toml
from freeagentics.simulation import MarketModel

SETTINGS = """
from pydantic import BaseModel, Field
class Own(BaseModel):
    share: float = Field(0.1, gt=0, le=1)
    window: int = Field(24, ge=1)
    bold: bool = False
    span: tuple[float, float] = (0.0, 1.0)
"""
BODY = "return Action('act', orders=[Order('BTCUSDT', self.settings.share * self.random.random())], value=self.settings.window)"
CODE = SETTINGS + role(BODY, extra="    Settings = Own\n")
MANY = SCENARIO.replace("count = 4", "count = 60")


def settings_of(path: Path, **changes: object) -> list[Any]:
    with MarketModel(load_scenario(path, {f"roles.mine.{name}": value for name, value in changes.items()})) as model:
        (cohort,) = (cohort for cohort in model.population.cohorts if cohort.role == "mine")
        return [agent.settings for agent in vars(cohort)["agents"] if agent is not None]


def test_each_agent_draws_its_own_from_a_range(tmp_path: Path) -> None:
    found = settings_of(write(tmp_path, CODE, MANY), share=[0.2, 0.4], window=[1, 3])
    assert len({own.share for own in found}) == 30
    assert all(0.2 <= own.share < 0.4 for own in found)
    assert {own.window for own in found} == {1, 2, 3}
    assert {(own.bold, own.span) for own in found} == {(False, (0.0, 1.0))}


def test_another_range_moves_an_agent_only_within_it_and_other_settings_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path, CODE, MANY)
    narrow, wide = settings_of(path, share=[0.2, 0.4], window=[1, 9]), settings_of(path, share=[0.1, 0.9], window=[1, 9])
    place = [((own.share - 0.2) / 0.2, (other.share - 0.1) / 0.8) for own, other in zip(narrow, wide, strict=True)]
    assert np.allclose(*np.array(place).T)
    assert [own.window for own in narrow] == [own.window for own in wide] == [own.window for own in settings_of(path, window=[1, 9])]


def test_a_range_of_one_value_is_that_value_and_changes_nothing_else_that_is_drawn(tmp_path: Path) -> None:
    path = write(tmp_path, CODE)
    ends = []
    for share in (0.3, [0.3, 0.3]):
        with MarketModel(load_scenario(path, {"roles.mine.share": share})) as model:
            model.run_model()
            ends.append(model.trajectory_sha256)
    assert ends[0] == ends[1]


def test_what_agents_drew_is_theirs_when_a_run_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path, CODE, SCENARIO + "[roles.mine]\nshare = [0.001, 0.9]\n")
    whole = run(path, out=tmp_path / "whole")
    run(path, steps=7, out=tmp_path / "half")
    assert resume(tmp_path / "half", steps=12).summary.trajectory_sha256 == whole.summary.trajectory_sha256


def test_a_range_is_written_down_as_it_was_given(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, CODE, SCENARIO + "[roles.mine]\nshare = [0.2, 0.4]\nwindow = 7\n"))
    table = tomllib.loads(to_toml(scenario))
    assert table["roles"]["mine"] == {"share": [0.2, 0.4], "window": 7, "bold": False, "span": [0.0, 1.0]}
    assert build_scenario(table).roles["mine"].ranges == ("share",)
    assert load_scenario(tmp_path / "mine.toml", {"roles.mine.window": 9}).roles["mine"].ranges == ("share",)


@pytest.mark.parametrize(
    ("share", "line"),
    [
        ([0.2, 1.5], r"roles.mine.share: Input should be less than or equal to 1 \(it is 1.5\)"),
        ([0.0, 0.5], "roles.mine.share: Input should be greater than 0"),
        ([0.4, 0.2], r"roles.mine: share is \[0.4, 0.2\]; a range goes from its lower to its higher end"),
        ([0.1, 0.2, 0.3], "roles.mine.share: Input should be a valid number"),
        (["a", "b"], "roles.mine.share: Input should be a valid number"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_its_key(tmp_path: Path, share: object, line: str) -> None:
    with pytest.raises(BadScenario, match=line) as refusal:
        load_scenario(write(tmp_path, CODE), {"roles.mine.share": share})
    assert "\n" not in str(refusal.value)


def test_draws_that_the_role_refuses_together_are_named_with_the_agent(tmp_path: Path) -> None:
    settings = """
from pydantic import BaseModel, model_validator
class Own(BaseModel):
    low: float = 0.1
    high: float = 0.9
    @model_validator(mode="after")
    def _rising(self):
        if self.low > self.high:
            raise ValueError("low is above high")
        return self
"""
    path = write(tmp_path, settings + role("return Action('wait')", extra="    Settings = Own\n"), MANY)
    with pytest.raises(BadScenario, match=r"roles.mine: the ranges give mine-00\d\d settings that cannot be: low is above high"):
        settings_of(path, low=[0.0, 0.5], high=[0.0, 0.5])


class Own(BaseModel):
    share: float = Field(0.5, ge=-10, le=10)
    count: int = 3

    @model_validator(mode="after")
    def _sane(self) -> Own:
        assert isinstance(self.count, int)
        return self


class Drawn(DrawnSettings, Own):
    pass


numbers = st.floats(-10, 10)


@given(numbers, numbers, st.integers(-5, 5), st.integers(0, 9), st.floats(0, 1, exclude_max=True))
def test_what_is_drawn_is_within_its_range(one: float, other: float, first: int, more: int, share: float) -> None:
    low, high = sorted((one, other))
    found = Drawn.model_validate({"share": [low, high], "count": [first, first + more]}).drawn(lambda name: share)
    assert low <= found.share <= high
    assert first <= found.count <= first + more
    assert found.ranges == ()

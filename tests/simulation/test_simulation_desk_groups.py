"""Groups of desks: one market, populations that differ, and nothing else that does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freeagentics import BadInput, MarketModel, RunRecord, load_scenario, replay_frames, resume, run
from freeagentics.errors import BadScenario
from freeagentics.market import CENTS
from freeagentics.report.facts import aggregate
from freeagentics.scenario.files import with_changes

ROLE_COUNT = 5
BASE: dict[str, object] = {"agents.count": 30, "steps": 60, "roles.market-hunter.prior": 0.9}


def groups(*differing: dict[str, Any]) -> dict[str, object]:
    """Six desks in as many groups of equal size."""
    return BASE | {"desks": [{"name": f"group-{place}", "count": 6 // len(differing)} | group for place, group in enumerate(differing)]}


def equities(changes: dict[str, object], name: str = "whale-pump") -> list[int]:
    with MarketModel(load_scenario(name, changes)) as model:
        model.run_model()
        return [int(cents) for cents in model.market.accounts.equity(model.observations.read(model.steps).prices)]


def test_groups_that_do_not_differ_do_the_same() -> None:
    found = equities(groups({}, {}))
    assert found[:3] == found[3:]
    assert len(set(found)) > 1


def test_a_group_does_what_it_would_do_alone() -> None:
    alone = equities(BASE | {"agents.count": 15})
    assert equities(groups({}, {"left_out": ["whales"]}))[:3] == alone
    assert equities(groups({"left_out": ["risk-manager"]}, {}))[3:] == alone


@pytest.mark.parametrize(
    ("group", "alike"),
    [
        ({"left_out": ["whales"]}, {"market.left_out": ["whales"]}),
        ({"left_out": ["risk-manager"]}, {"agents.left_out": ["risk-manager"]}),
        ({"memory": {"enabled": False}}, {"memory.enabled": False}),
        ({"signals": False}, {"signals.enabled": False}),
        ({"exposure": [0.7, 0.8]}, {"agents.exposure": [0.7, 0.8]}),
        ({"roles": {"market-hunter": {"prior": 0.02}}}, {"roles.market-hunter.prior": 0.02}),
    ],
)
def test_what_differs_in_a_group_is_as_if_the_scenario_said_so(group: dict[str, Any], alike: dict[str, object]) -> None:
    settings: dict[str, object] = {"memory.prior": 0.9, "steps": 80}
    assert equities(groups({}, group) | settings)[3:] == equities(BASE | settings | {"agents.count": 15} | alike)


def test_only_the_roles_that_a_group_has_are_on_its_desks() -> None:
    with MarketModel(load_scenario("whale-pump", groups({}, {"left_out": ["risk-manager"]}))) as model:
        directory = model.population.directory
        managers = directory.desk[directory.role == directory.roles.index("risk-manager")]
        assert managers.tolist() == [0, 1, 2]
        assert len(model.population) == 27


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    differing = groups({}, {"left_out": ["whales"], "exposure": [0.5, 0.5]}, {"left_out": ["risk-manager"]})
    return run("whale-pump", overrides=differing, out=tmp_path_factory.mktemp("groups") / "run")


def test_frames_name_the_group_of_a_desk(record: RunRecord) -> None:
    assert record.group_frame.rows() == [(desk, f"group-{desk // 2}") for desk in range(6)]
    assert record.scenario.desks[1].left_out == ("whales",)


def test_the_report_sets_groups_side_by_side(record: RunRecord, tmp_path: Path) -> None:
    found = aggregate(record).groups
    last = record.desk_frame.filter(step=60)["equity"].to_numpy()
    assert np.allclose(found.equity[-1], last.reshape(3, 2).mean(axis=1))
    difference = found.difference(last, 1)
    assert difference is not None
    assert difference.value == pytest.approx(last[2:4].mean() - last[:2].mean())
    page = record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Groups of desks" in page and "group-1" in page


def test_a_run_with_groups_is_resumed_and_replayed_exactly(record: RunRecord, tmp_path: Path) -> None:
    changes = {key: value for key, value in record.scenario.model_dump(mode="python").items() if key == "desks"}
    half = run("whale-pump", overrides=BASE | changes | {"steps": 30}, out=tmp_path / "half")
    assert resume(half.path, steps=60).summary.trajectory_sha256 == record.summary.trajectory_sha256
    weights = replay_frames(record.path, first=60).weights
    hunters = weights.filter(weights["agent"].str.starts_with("market-hunter"))
    whales = hunters.filter(faculty="whales, up").sort("agent")["weight"].to_list()
    assert len(whales) == 6 and whales[2:4] == [0, 0]


def test_reads_are_counted_for_the_source_that_was_read_on_every_desk(record: RunRecord) -> None:
    usage = next(one for one in aggregate(record).source_usage if "whales" in one.sources)
    paid = record.desk_frame.filter(step=60)["data_costs"].to_numpy() * CENTS
    reads = usage.reads.sum(axis=0)
    assert reads[usage.sources.index("whales")] > 0
    assert reads[usage.sources.index("price")] == 60 * 6
    assert paid[2:4].max() < paid[:2].min()


@pytest.mark.parametrize(
    ("differing", "line"),
    [
        ([{}, {"name": "group-0"}], "two groups have the name 'group-0'"),
        ([{"count": 2}, {}], "groups have 5 desks together, and 30 agents in teams of 5 make 6"),
        ([{"left_out": ["whale"]}, {}], "left_out of 'group-0' names 'whale'; did you mean 'whales'"),
        ([{"left_out": ["price"]}, {}], "left_out of 'group-0' names 'price'"),
        ([{"roles": {"risk-manger": {}}}, {}], "'group-0': roles.risk-manger: no such role in the team; did you mean 'risk-manager'"),
        ([{"roles": {"risk-manager": {"caution": [3, 1]}}}, {}], "'group-0': caution"),
        ([{"memory": {"codec": "int8"}}, {}], "'group-0': memory.codec is the same for all desks"),
        ([{"memory": {"doubt": -1}}, {}], "'group-0': doubt"),
        ([{"colour": 1}, {}], "unknown key 'desks.0.colour'"),
    ],
)
def test_a_group_that_cannot_be_is_refused_in_one_line(differing: list[dict[str, Any]], line: str) -> None:
    with pytest.raises((BadScenario, BadInput)) as refused:
        load_scenario("whale-pump", groups(*differing))
    assert line in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("agents", "counts"), [(30, [3, 2, 1]), (60, [6, 4, 2]), (35, [4, 2, 1]), (15, [1, 1, 1]), (20, [2, 1, 1]), (50, [5, 3, 2])]
)
def test_groups_keep_their_shares_where_another_number_of_agents_makes_other_desks(agents: int, counts: list[int]) -> None:
    given: dict[str, object] = BASE | {"desks": [{"name": f"group-{count}", "count": count} for count in (3, 2, 1)]}
    assert [group.count for group in with_changes(load_scenario("whale-pump", given), {"agents.count": agents}).desks] == counts


def test_fewer_desks_than_groups_are_refused() -> None:
    with pytest.raises(BadScenario, match="the groups have 6 desks together, and 10 agents in teams of 5 make 2"):
        with_changes(load_scenario("whale-pump", groups({}, {}, {})), {"agents.count": 10})

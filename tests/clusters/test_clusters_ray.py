"""Runs on Ray: the same trajectory as without it, with workers and nodes that are lost on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from ray_nodes import add_node, kill_node, nodes

from freeagentics import MarketModel, Probe, resume, run
from freeagentics.errors import BadInput, Interrupted, RoleFailed
from freeagentics.runtime import RayEngine, SerialEngine, ThreadEngine
from freeagentics.runtime.engines import ray_engine
from freeagentics.scenario import load_scenario
from freeagentics.scenario.files import with_changes
from freeagentics.scenario.scenario import Scenario

pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("ignore")

ROLE = """
from freeagentics.agents.user_role import *

class Counter(UserRole):
    name = "counter"
    actions = ("wait", "act")
    state = ("times",)
    times = 0

    def decide(self, seen, signals, memories):
        self.times += 1
        if self.times > 500:
            raise ValueError("too often")
        return Action("act" if self.times % 3 == 0 else "wait", confidence=min(self.times / 20, 1.0))
"""
OVERRIDES = {"agents.count": 24, "steps": 12, "run.checkpoint_every": 5, "run.workers": 2}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes of one core each."""
    with nodes(2) as started:
        yield started


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A scenario with a role of one's own."""
    file = tmp_path_factory.mktemp("role") / "counter.py"
    file.write_text(ROLE)
    team = load_scenario("btc-replay").agents.team
    return load_scenario("btc-replay", OVERRIDES | {"plugins.files": [str(file)], "agents.team": {**team, "counter": 1}})


@pytest.fixture(scope="module")
def expected(scenario: Scenario) -> str:
    """The trajectory without an engine."""
    return trajectory(scenario, SerialEngine())


def trajectory(scenario: Scenario, engine: Any, *probes: Probe) -> str:
    with MarketModel(scenario, engine=engine, probes=probes) as model:
        model.run_model()
        return model.trajectory_sha256


def on(cluster: Any) -> dict[str, object]:
    return {"run.engine": f"ray://{cluster.address}"}


class Killing(Probe):
    """Kills a worker in the middle of some steps, each once."""

    def __init__(self, *steps: int) -> None:
        self.said: list[str] = []
        self._steps = set(steps)

    def decided(self, cohort: Any, view: Any, output: Any) -> None:
        if view.observation.step in self._steps:
            self._steps.remove(view.observation.step)
            worker = next(child for child in psutil.Process().children(recursive=True) if "ray::_Owner" in " ".join(child.cmdline()))
            worker.kill()
            worker.wait(10)

    def progressed(self, what: str, done: int, of: int) -> None:
        self.said.append(what)


class Reading(Probe):
    """Reads what cohorts and agents have in mind, where they live or not."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def decided(self, cohort: Any, view: Any, output: Any) -> None:
        self.seen.append((cohort.number, cohort.step_context.states.tobytes()))

    def committed(self, model: MarketModel, commit: object) -> None:
        self.seen.append(model.agent("market-hunter-0001").beliefs)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_trajectory_is_that_without_an_engine(cluster: Any, scenario: Scenario, expected: str, workers: int) -> None:
    engine = RayEngine(cluster.address, workers)
    assert engine.workers == workers
    assert trajectory(scenario, engine) == expected == trajectory(scenario, ThreadEngine(2))


@pytest.mark.parametrize("name", ["floor", "echo"])
def test_made_markets_are_those_without_an_engine(cluster: Any, scenario: Scenario, name: str) -> None:
    made = load_scenario(name, OVERRIDES | {"plugins.files": list(scenario.plugins.files), "agents.team": dict(scenario.agents.team)})
    assert trajectory(made, RayEngine(cluster.address, 2)) == trajectory(made, SerialEngine())


def test_probes_and_agents_see_what_they_see_without_it(cluster: Any, scenario: Scenario, expected: str) -> None:
    here, there = Reading(), Reading()
    trajectory(scenario, SerialEngine(), here)
    assert trajectory(scenario, RayEngine(cluster.address, 2), there) == expected
    assert here.seen == there.seen


def test_an_agent_leaves(cluster: Any, scenario: Scenario) -> None:
    found = []
    for engine in (SerialEngine(), RayEngine(cluster.address, 2)):
        with MarketModel(scenario, engine=engine) as model:
            model.step()
            model.agent("market-hunter-0001").remove()
            model.run_model()
            found.append(model.trajectory_sha256)
    assert found[0] == found[1]


def test_a_role_that_fails_is_named(cluster: Any, scenario: Scenario) -> None:
    text = ROLE.replace("> 500", "> 3")
    file = Path(scenario.plugins.files[0]).with_name("failing.py")
    file.write_text(text)
    failing = load_scenario("btc-replay", OVERRIDES | {"plugins.files": [str(file)], "agents.team": {"market-hunter": 1, "counter": 1}})
    with pytest.raises(RoleFailed, match=r"too often.*failing\.py, line \d+"):
        trajectory(failing, RayEngine(cluster.address, 2))


def test_a_run_outlives_workers_that_are_killed_in_mid_step(cluster: Any, scenario: Scenario, expected: str, tmp_path: Path) -> None:
    killing = Killing(3, 8)
    record = run(scenario, overrides=on(cluster), out=tmp_path / "run", probes=[killing])
    assert record.summary.trajectory_sha256 == expected
    assert killing.said.count("a worker was lost: going on from the last checkpoint") == 2


@pytest.mark.parametrize("first", ["ray", "serial"])
def test_a_run_goes_on_with_and_without_ray(cluster: Any, scenario: Scenario, expected: str, tmp_path: Path, first: str) -> None:
    class Stop(Probe):
        def stopping(self) -> bool:
            return True

    engines: dict[str, Any] = {"ray": on(cluster), "serial": {"run.engine": "serial"}}
    with pytest.raises(Interrupted):
        run(scenario, overrides=engines.pop(first), out=tmp_path / "run", probes=[Stop()])
    [other] = engines.values()
    assert resume(tmp_path / "run", overrides=other).summary.trajectory_sha256 == expected


def test_a_node_that_computes_otherwise_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "fingerprint", lambda: "another")
    with pytest.raises(BadInput, match="numbers come out otherwise on node"):
        RayEngine(cluster.address, 1)


def test_no_cluster_is_said_in_one_line() -> None:
    with pytest.raises(BadInput, match=r"Ray: no cluster at nonsense"):
        RayEngine("nonsense", 1)


def test_a_run_outlives_nodes_that_are_killed_in_mid_step(cluster: Any, scenario: Scenario, expected: str, tmp_path: Path) -> None:
    """One node; with the environment's NODES_KILLED so many, in a run that is as much longer."""
    count = int(os.environ.get("NODES_KILLED", "1"))
    longer = with_changes(scenario, {"steps": 10 + 2 * count})

    class KillingNodes(Killing):
        def decided(self, cohort: Any, view: Any, output: Any) -> None:
            if view.observation.step in self._steps:
                self._steps.remove(view.observation.step)
                kill_node(cluster)
                add_node(cluster)

    killing = KillingNodes(*range(7, 7 + 2 * count, 2))
    record = run(longer, overrides=on(cluster), out=tmp_path / "run", probes=[killing])
    assert record.summary.trajectory_sha256 == (trajectory(longer, SerialEngine()) if count > 1 else expected)
    assert killing.said.count("a worker was lost: going on from the last checkpoint") == count

"""Agents that leave: gone for Mesa, for the cohorts, for the board, and whole in the journal."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import msgpack
import numpy as np
import pytest
from model_worlds import scenario, taped
from probes import Watch

from freeagentics.agents import TradingAgent
from freeagentics.errors import BadInput, Interrupted
from freeagentics.journal import Journal, Kind
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster
from freeagentics.replay import explain
from freeagentics.report import save_report
from freeagentics.runs import fork, resume, run
from freeagentics.simulation import MarketModel
from freeagentics.sync.signal_items import SignalItems

WORLD = scenario("whale-pump", {"run.checkpoint_every": 6}, agents=20, steps=20)
SHORT = scenario("whale-pump", agents=20, steps=12)
LEAVE = {0: ["risk-manager-0002"], 8: ["market-hunter-0003", "trade-executor-0001"], 10: [f"sentiment-analyzer-000{n}" for n in range(4)]}
"""Who leaves after which step."""

COLUMNS = {Kind.DECISIONS: "agent", Kind.SIGNALS: "source", Kind.ORDERS: "agent", Kind.PROCESSED: "target", Kind.OUTCOMES: "agent"}
"""Who did it, in records of each kind."""

LEFT_BEFORE = {name: step + 1 for step, names in LEAVE.items() for name in names}


def leave(model: MarketModel) -> None:
    for name in LEAVE.get(model.steps, ()):
        model.agent(name).remove()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(WORLD, out=tmp_path_factory.mktemp("left") / "whole", probes=[Watch(leave)])


def deciding(model: MarketModel) -> int:
    return sum(int(cohort.active.sum()) for cohort in model.population.cohorts)


@pytest.mark.parametrize(
    "name", ["market-hunter-0003", "sentiment-analyzer-0000", "risk-manager-0001", "portfolio-optimizer-0002", "trade-executor-0003"]
)
def test_a_removed_agent_neither_decides_nor_tells_nor_orders_nor_hears(name: str) -> None:
    model, tape = taped(SHORT)
    with model:
        for _ in range(5):
            model.step()
        agent = model.agent(name)
        agent.remove()
        agent.remove()
        assert len(model.agents) == deciding(model) == 19
        with pytest.raises(KeyError, match=name):
            model.agent(name)
        model.run_model()
    there = {kind: {int(who) for step, rows in tape.all(kind) if step > 5 for who in rows[column]} for kind, column in COLUMNS.items()}
    assert there[Kind.DECISIONS] == set(range(20)) - {agent.index}
    assert all(agent.index not in seen for seen in there.values())
    assert any(agent.index in rows["agent"] for step, rows in tape.all(Kind.DECISIONS) if step <= 5)


def test_peers_have_the_work_of_an_executor_that_left() -> None:
    world = scenario("whale-pump", {"agents.team": {"market-hunter": 1, "trade-executor": 2}}, agents=6, steps=20)
    with MarketModel(world) as model:
        left, stays = (model.agent(f"trade-executor-000{number}") for number in (0, 2))
        assert left.desk == stays.desk and stays.cohort.peers[stays.row] == 2
        left.remove()
        assert stays.cohort.peers[stays.row] == 1


def test_a_model_goes_on_without_agents() -> None:
    model, tape = taped(SHORT)
    with model:
        model.step()
        model.remove_all_agents()
        model.run_model()
        assert (len(model.agents), deciding(model), model.steps) == (0, 0, 12)
    assert {len(rows) for step, rows in tape.all(Kind.DECISIONS) if step > 1} == {0}


COUNTER = """
from freeagentics.agents.user_role import *
asked = []

class Counter(UserRole):
    name = "counter"

    def decide(self, seen, signals, memories):
        asked.append(id(self))
        return Action("wait")
"""


def test_an_agent_of_a_role_of_ones_own_is_asked_no_more(tmp_path: Path) -> None:
    (tmp_path / "counter.py").write_text(COUNTER)
    own = {"plugins.files": [str(tmp_path / "counter.py")], "agents.team": {"counter": 1}}
    with MarketModel(scenario("whale-pump", own, agents=3, steps=10)) as model:
        model.step()
        model.agent("counter-0001").remove()
        agents = vars(model.population.cohorts[0])["agents"]
        assert [agent is None for agent in agents[:3]] == [False, True, False]
        asked = vars(sys.modules[type(agents[0]).__module__])["asked"]
        asked.clear()
        model.step()
        assert len(asked) == 2
        checkpoint = model.checkpoint()
        with MarketModel(model.scenario) as again:
            again.restore(2, checkpoint)
            again.step()
        assert len(asked) == 4


def test_nobody_leaves_in_the_middle_of_a_step() -> None:
    with MarketModel(WORLD) as model:
        model.datacollector.model_reporters["leave"] = lambda model: model.agent("market-hunter-0000").remove()
        model.datacollector.model_vars["leave"] = []
        with pytest.raises(
            RuntimeError, match="<market-hunter-0000 of desk 0> cannot leave in the middle of step 1; remove it before or after"
        ):
            model.step()


def test_a_checkpoint_knows_who_has_left() -> None:
    with MarketModel(SHORT) as model, MarketModel(SHORT) as other, MarketModel(SHORT) as back:
        for _ in range(3):
            model.step()
        full = model.checkpoint()
        model.agent("market-hunter-0003").remove()
        model.step()
        other.restore(4, model.checkpoint())
        assert {agent.name for agent in other.agents} == {agent.name for agent in model.agents}
        for either in (model, other):
            either.run_model()
            assert len(either.agents) == deciding(either) == 19
        assert other.population.directory.alive.tolist() == model.population.directory.alive.tolist()
        back.agent("market-hunter-0003").remove()
        back.restore(3, full)
        assert len(back.agents) == deciding(back) == 20 and isinstance(back.agent("market-hunter-0003"), TradingAgent)


def test_what_is_on_record_of_those_who_left_ends_where_they_left(whole: RunRecord) -> None:
    last = dict(whole.agent_frame.group_by("agent").max().select("agent", "step").iter_rows())
    assert {name: step for name, step in last.items() if step < 20} == {name: step - 1 for name, step in LEFT_BEFORE.items() if step > 1}
    assert "risk-manager-0002" not in last
    counts = np.array(whole.agent_frame.group_by("step", maintain_order=True).len()["len"])
    assert counts.tolist() == [19] * 8 + [17] * 2 + [13] * 10
    assert len(whole.memory_frame) == whole.summary.memories == whole.summary.decisions == counts.sum()


def test_a_run_that_agents_left_is_resumed_and_compared_step_by_step(whole: RunRecord, tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(model: MarketModel) -> None:
        leave(model)
        seen.append(model.steps)

    with pytest.raises(Interrupted):
        run(WORLD, out=tmp_path / "cut", probes=[Watch(watch, stopping=lambda: len(seen) > 13)])
    # As after a kill: the last checkpoint lies before the departures, which are to be done again.
    with closing(sqlite3.connect(tmp_path / "cut" / "journal.db")) as file, file:
        file.execute("DELETE FROM checkpoints WHERE step > 6")
    assert resume(tmp_path / "cut").summary.trajectory_sha256 == whole.summary.trajectory_sha256


def test_a_run_that_agents_left_is_explained_and_forked(whole: RunRecord, tmp_path: Path) -> None:
    path = whole.directory.path
    assert explain(path, "trade-executor-0000", 12).step == 12
    assert explain(path, "market-hunter-0003", 8).step == 8
    with pytest.raises(BadInput, match="^market-hunter-0003 left before step 9; give --step 8 or an earlier one$"):
        explain(path, "market-hunter-0003", 9)
    with pytest.raises(BadInput, match="^risk-manager-0002 left before step 1$"):
        explain(path, "risk-manager-0002", 3)
    assert fork(path, 20, steps=24, out=tmp_path / "after").summary.decisions == whole.summary.decisions + 4 * 13
    assert fork(path, 8, out=tmp_path / "before").summary.decisions == 20 * 19


def test_no_store_has_a_signal_to_somebody_who_had_left(whole: RunRecord) -> None:
    told: dict[str, int] = {}
    with Journal(whole.directory.journal) as journal:
        names = Roster(journal)
        for first in (1, 12):
            for item in SignalItems(journal, names).span(first, first + 10):
                body = msgpack.unpackb(item.body)
                for target in body["target_agents"]:
                    told[target] = max(told.get(target, 0), body["context"]["cycle"])
    assert any(target in LEFT_BEFORE for target in told)
    assert all(step < LEFT_BEFORE.get(target, 1000) for target, step in told.items())


def test_a_report_is_written_of_a_run_that_agents_left(whole: RunRecord, tmp_path: Path) -> None:
    assert "trade-executor" in save_report(whole, tmp_path / "report.html").read_text(encoding="utf-8")

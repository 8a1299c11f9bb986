"""A run directory has the whole run: states, memories and outcomes, whole after a kill, for agents of a later run to begin with."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mesa_worlds import STATE, WHOLE, Mood, Walk, Walker, step

from freeagentics.errors import BadInput, BadRunDirectory, CorruptRecord
from freeagentics.mesa_memory import AgentMemory
from freeagentics.plain_data import plain_value
from freeagentics.stores import open_store


def recorded(path: Path, steps: int = 40, **settings: Any) -> tuple[Walk, list[dict[str, Any]]]:
    """A run that is over, and the states that its agents were in after each step."""
    model, lived = Walk(), []
    with AgentMemory.attach(model, STATE, out=path, **settings) as memory:
        for turn in range(steps):
            numbers = memory.remember(model.walkers, action=f"turn {turn % 4}", tags="odd" if turn % 2 else None)
            step(model)
            memory.outcome(model.walkers, numbers, [agent.wealth for agent in model.walkers])
            lived.append(
                {name: [getattr(agent, name) for agent in model.walkers] for name in STATE}
                | {"drift": [list(agent.drift) for agent in model.walkers]}
            )
    return model, lived


def test_every_step_is_replayed_as_it_was(tmp_path: Path) -> None:
    _, lived = recorded(tmp_path / "run")
    run = AgentMemory.load(tmp_path / "run")
    for turn in (1, 16, 17, 33, 40):
        frame, was = run.replay(turn), lived[turn - 1]
        assert frame["agent"].to_list() == [f"walker-{number}" for number in range(1, 7)]
        assert frame["age"].to_list() == was["age"]
        assert frame["awake"].to_list() == was["awake"]
        assert frame["mood"].to_list() == [mood.name for mood in was["mood"]]
        assert [tuple(place) for place in frame["place"].to_list()] == was["place"]
        np.testing.assert_allclose(frame["wealth"].to_list(), was["wealth"], atol=2e-3)
        np.testing.assert_allclose(frame["drift"].to_list(), was["drift"], atol=1e-3)
    assert run.replay(3, "walker-2")["time"].to_list() == [3.0]
    with pytest.raises(BadInput, match="step 41 is not on record in .*, which ends with step 40"):
        run.replay(41)


def test_memories_are_loaded_as_they_were_at_the_end(tmp_path: Path) -> None:
    model = Walk()
    memory = AgentMemory.attach(model, STATE, out=tmp_path / "run", budget=800)
    for turn in range(40):
        memory.remember(model.walkers, action=turn % 3, outcome=np.arange(6) * turn, tags="all")
        step(model)
    before = memory.recall(model.walkers[2], k=20, like={"mood": Mood.WILD})
    memory.close()
    after = AgentMemory.load(tmp_path / "run").recall("walker-3", k=20, like={"mood": "WILD"})
    shown = [(one.number, one.action, one.outcome, one.evidence, one.tags, one.relevance) for one in before]
    assert [(one.number, one.action, one.outcome, one.evidence, one.tags, one.relevance) for one in after] == shown


def test_a_run_that_was_killed_is_whole_up_to_its_last_page(tmp_path: Path) -> None:
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from mesa_worlds import *
from freeagentics import AgentMemory
model = Walk()
memory = AgentMemory.attach(model, WHOLE, out={str(tmp_path / "run")!r}, budget=800)
for turn in range(37 * 5):
    memory.remember(model.walkers, action=turn % 5, outcome=1.0 * turn)
    step(model)
os.kill(os.getpid(), {signal.SIGKILL})
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    run = AgentMemory.load(tmp_path / "run")
    assert run.last_step == 37 * 5 // 16 * 16
    model = Walk()
    whole = AgentMemory.attach(model, WHOLE, budget=800)
    for turn in range(run.last_step):
        whole.remember(model.walkers, action=turn % 5, outcome=1.0 * turn)
        step(model)
    like = {"age": 50}
    expected = {(one.number, one.action, one.outcome) for one in whole.recall(model.walkers[0], k=99, like=like)}
    assert {(one.number, one.action, one.outcome) for one in run.recall("walker-1", k=99, like=like)} == expected


def test_agents_of_a_later_run_begin_with_the_memories_of_their_namesakes(tmp_path: Path) -> None:
    recorded(tmp_path / "first", steps=10)
    model = Walk(count=8)
    memory = AgentMemory.attach(model, STATE, memories_from=tmp_path / "first", out=tmp_path / "second")
    found = memory.recall(model.walkers[0], k=20)
    assert sorted(one.time for one in found) == [-10.0 + turn for turn in range(10)]
    assert {one.age for one in found} == set(range(1, 11))
    assert memory.recall(model.walkers[7]) == []
    assert memory.remember(model.walkers[0], action="turn 1") == 10
    step(model)
    assert len(memory.recall(model.walkers[0], k=20, action="turn 1")) == 4
    memory.close()
    third = AgentMemory.load(tmp_path / "second")
    assert len(third.recall("walker-1", k=20)) == 11


def test_memories_of_another_state_or_budget_are_not_begun_with(tmp_path: Path) -> None:
    recorded(tmp_path / "first", steps=2)
    with pytest.raises(BadInput, match="memories_from: walker remembered wealth, age, awake, mood, place, drift then, and age now"):
        AgentMemory.attach(Walk(), ["age"], memories_from=tmp_path / "first").remember(Walk().walkers[0])
    with pytest.raises(BadInput, match="budget=2048 then; give it the same"):
        AgentMemory.attach(Walk(), STATE, memories_from=tmp_path / "first", budget=999).remember(Walk().walkers[0])
    with pytest.raises(BadRunDirectory, match=r"it has no memory\.json"):
        AgentMemory.attach(Walk(), STATE, memories_from=tmp_path)


def test_only_every_third_step_is_recorded_where_that_is_asked_for(tmp_path: Path) -> None:
    recorded(tmp_path / "run", steps=9, every=3)
    run = AgentMemory.load(tmp_path / "run")
    assert [states.step for _, states in run.state_scan()] == [3, 6, 9]
    with pytest.raises(BadInput, match="step 4 is not on record"):
        run.replay(4)


def test_figures_count_what_was_made_and_what_it_takes(tmp_path: Path) -> None:
    recorded(tmp_path / "run")
    (figures,) = AgentMemory.load(tmp_path / "run").figures()
    assert (figures.name, figures.agents, figures.made, figures.outcomes, figures.states) == ("walker", 6, 240, 240, 240)
    assert figures.columns == 9
    assert figures.state_bytes < 240 * 9 * 4 / 2
    pages = sqlite3.connect(tmp_path / "run" / "journal.db").execute("SELECT sum(length(body)) - 16 * count(*) FROM pages").fetchone()[0]
    assert figures.state_bytes + figures.memory_bytes == pytest.approx(pages, abs=80)


def test_damage_is_found_and_named(tmp_path: Path) -> None:
    recorded(tmp_path / "run")
    journal = sqlite3.connect(tmp_path / "run" / "journal.db")
    damaged = "CAST(substr(body, 1, 60) || x'ffff' || substr(body, 63) AS BLOB)"
    journal.execute(f"UPDATE pages SET body = {damaged} WHERE id & 255 = 24 AND id >> 24 = 2")
    journal.commit()
    journal.close()
    run = AgentMemory.load(tmp_path / "run")
    assert run.replay(3).height == 6
    with pytest.raises(CorruptRecord, match="step 2, host_states of cohort 0"):
        run.replay(20)


def test_what_is_no_run_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRunDirectory, match=r"it has no memory\.json"):
        AgentMemory.load(tmp_path)
    AgentMemory.attach(Walk(), STATE, out=tmp_path / "run")
    with pytest.raises(BadRunDirectory, match="nothing on record"):
        AgentMemory.load(tmp_path / "run")
    with pytest.raises(BadInput, match="nothing is recorded: attach memory with out="):
        AgentMemory.attach(Walk(), STATE).replay(1)


def test_a_store_has_each_memory_in_the_log_of_its_agent(tmp_path: Path) -> None:
    url, model = f"sqlite:///{tmp_path}/a.db", Walk()
    with AgentMemory.attach(model, STATE, store=url) as memory:
        for turn in range(20):
            number = memory.remember(model.walkers[1], action=("go", turn), tags=["b", "a"])
            step(model)
            if turn % 2:
                memory.outcome(model.walkers[1], number, turn / 4)
    with open_store(url, run="walk") as store:
        entries = store.read("walker-2")
        assert [(entry.step, entry.sequence, entry.timestamp) for entry in entries] == [(turn, turn, 1000 * turn) for turn in range(20)]
        bodies = [plain_value(entry.body) for entry in entries]
    assert [body["outcome"] for body in bodies] == [turn / 4 if turn % 2 else None for turn in range(20)]
    assert bodies[3]["action"] == ["go", 3]
    assert bodies[3]["tags"] == ["a", "b"]
    assert bodies[3]["state"] | {"wealth": 0, "drift": 0} == {
        "wealth": 0,
        "age": 3,
        "awake": False,
        "mood": bodies[3]["state"]["mood"],
        "place": [3, 2],
        "drift": 0,
    }


def test_classes_of_one_name_are_told_apart(tmp_path: Path) -> None:
    twin = type("Walker", (Walker,), {})
    model = Walk(count=1)
    twin(model)
    with AgentMemory.attach(model, ["age"], out=tmp_path / "run"):
        step(model)
    assert AgentMemory.load(tmp_path / "run").replay(1)["agent"].to_list() == ["walker-1", "walker-too-2"]

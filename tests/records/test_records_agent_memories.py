"""All that is kept of an agent's memories, and which of them are most like a situation."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics.errors import BadInput
from freeagentics.journal import Journal, Kind
from freeagentics.journal.pages import page_id
from freeagentics.memory import TABLE, Ranking
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster
from freeagentics.runs import run

STEPS, HORIZON, AGENT = 60, 8, "risk-manager-0000"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("btc-replay", agents=5, steps=STEPS, out=tmp_path_factory.mktemp("whole") / "run")


def naive(frame: pl.DataFrame, named: list[tuple[int, int]], step: int, k: int, ranking: Ranking) -> list[int]:
    """Steps of the best memories by the formula in the docs, from the frame of an agent's memories and what decisions named, one by one."""
    made, vectors = frame["step"].to_numpy(), frame.select(feature.name for feature in TABLE.features).to_numpy()
    keys = np.rint((vectors - TABLE.low) / (TABLE.high - TABLE.low) * 255)[:, TABLE.recall] / 255
    squared = np.square(keys - keys[made == step]).mean(axis=1)
    logarithm = -squared / (2 * ranking.width**2) - np.log(2) * (step - made) / ranking.halflife
    importance = frame["importance"].to_numpy() + np.minimum(np.abs(frame["result"].fill_null(0).to_numpy()), 4) / 4
    uses = np.array([sum(memory == one and at < step for at, memory in named) for one in made])
    logarithm -= ranking.importance * (1 - importance / 2) + ranking.use / (1 + uses)
    found: list[int] = []
    for one in made[np.argsort(-logarithm)].tolist():
        if one <= step - HORIZON and len(found) < k and all(abs(other - one) >= HORIZON for other in found):
            found.append(one)
    return found


@pytest.mark.parametrize("ranking", [Ranking(500.0, 0.12), Ranking(500.0, 0.12, 1.0, 2.0)])
def test_the_best_are_those_of_brute_force_over_decoded_memories(record: RunRecord, ranking: Ranking) -> None:
    memories, mine = record.memories_of(AGENT), pl.col("agent") == AGENT
    decisions = record.decision_frame.filter(mine).select("step", "memories").explode("memories").drop_nulls()
    for step in (20, 41, 55, STEPS):
        found = memories.recall(step=step, k=4, ranking=ranking)["step"].to_list()
        assert found == naive(record.memory_frame.filter(mine), decisions.rows(), step, 4, ranking)


def test_a_memory_is_told_with_what_it_was_and_what_came_of_it(record: RunRecord) -> None:
    found = record.memories_of(AGENT).recall(step=STEPS, k=3)
    kept = found.join(record.memory_frame.filter(pl.col("agent") == AGENT), on="step", how="left", suffix="_kept")
    for name in ("result", "reward", "drawdown", "turbulent"):
        assert found[name].to_list() == kept[f"{name}_kept"].to_list()
    decided = record.decision_frame.filter(pl.col("agent") == AGENT)
    assert found.join(decided, on="step")["action"].to_list() == found.join(decided, on="step")["action_right"].to_list()
    assert found["relevance"].is_sorted(descending=True)
    assert (found["age"] == STEPS - found["step"]).all()


def test_filters_leave_only_what_they_say(record: RunRecord) -> None:
    memories = record.memories_of(AGENT)
    everything = memories.recall(like={"drawdown": 0.0, "bull": 0.5}, k=STEPS)
    some = memories.recall(like={"drawdown": 0.0, "bull": 0.5}, k=STEPS, since=20, until=40)
    assert everything.height > some.height > 0
    assert some["step"].is_between(20, 40).all()
    taken = everything["action"][0]
    assert set(memories.recall(like={"bull": 0.5}, k=STEPS, actions=[taken])["action"]) == {taken}
    assert memories.recall(like={"bull": 0.5}, since=STEPS).is_empty()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (lambda memories: memories.recall(), "give the step of a situation, or values"),
        (lambda memories: memories.recall(step=3, like={"bull": 1.0}), "give the step of a situation, or values"),
        (lambda memories: memories.recall(like={"bul": 1.0}), "no feature 'bul'.*did you mean 'bull'"),
        (lambda memories: memories.recall(like={"bull": float("nan")}), "bull: nan is no finite number"),
        (lambda memories: memories.recall(step=STEPS + 1), "keeps no memory of it"),
        (lambda memories: memories.recall(step=30, actions=["jump"]), "no action 'jump' of risk-manager-0000"),
    ],
)
def test_what_cannot_be_asked_is_said(record: RunRecord, asked: Callable[[object], object], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        asked(record.memories_of(AGENT))


def test_an_agent_that_is_not_there_is_named(record: RunRecord) -> None:
    with pytest.raises(BadInput, match="no agent 'risk-manager-0009'; did you mean 'risk-manager-0000'"):
        record.memories_of("risk-manager-0009")


def test_a_damaged_memory_is_left_out_and_no_other(record: RunRecord, tmp_path: Path) -> None:
    hurt = RunRecord(shutil.copytree(record.path, tmp_path / "run"))
    whole = record.memories_of(AGENT)
    with closing(sqlite3.connect(hurt.directory.journal)) as connection, connection:
        with Journal(record.directory.journal) as journal:
            names = Roster(journal)
        number = page_id(STEPS, int(names.seats["cohort"][names.ids.index(AGENT)]), Kind.MEMORIES)
        ((body,),) = connection.execute("SELECT body FROM memories WHERE id = ?", (number,))
        connection.execute("UPDATE memories SET body = ? WHERE id = ?", (body[:-1] + bytes([body[-1] ^ 1]), number))
    left = hurt.memories_of(AGENT)
    assert left.damaged == [STEPS]
    assert left.step.tolist() == whole.step.tolist()[:-1]
    assert left.vectors.tobytes() == whole.vectors[:-1].tobytes()

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from model_worlds import scenario

from freeagentics.journal import Journal, Kind
from freeagentics.records import RunRecord
from freeagentics.records import frames as frames_module
from freeagentics.records.roster import Roster
from freeagentics.records.step_metrics import STEP_METRICS
from freeagentics.runs import run

AGENTS, STEPS = 12, 25


@dataclass(frozen=True)
class Ran:
    record: RunRecord
    journal: Journal


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A short run, and its journal."""
    record = run(scenario(agents=AGENTS, steps=STEPS), out=tmp_path_factory.mktemp("frames") / "run")
    with Journal(record.directory.journal) as journal:
        yield Ran(record, journal)


def test_the_model_frame_has_a_row_per_step_with_all_figures(ran: Ran) -> None:
    frame = ran.record.model_frame
    assert frame.columns == ["step", *(STEP_METRICS.names or ())]
    assert frame["step"].to_list() == list(range(1, STEPS + 1))
    assert frame.schema["timestamp"] == pl.Datetime("ms", "UTC")
    figures = np.concatenate([records for _, _, records in ran.journal.scan(Kind.FIGURES)])
    for name in set(STEP_METRICS.names or ()) - {"timestamp"}:
        assert frame[name].to_list() == figures[name].tolist()
    assert frame["timestamp"].dt.timestamp("ms").to_list() == figures["timestamp"].tolist()


def test_the_agent_frame_has_a_row_per_agent_and_step_as_it_is_in_the_journal(ran: Ran) -> None:
    frame, names = ran.record.agent_frame, Roster(ran.journal)
    assert frame.columns == [
        "step",
        "agent",
        "role",
        "desk",
        "action",
        "value",
        "confidence",
        "memory_weight",
        "parent",
        "asset",
    ]
    assert len(frame) == AGENTS * STEPS
    decisions = np.concatenate([records for _, _, records in ran.journal.scan(Kind.DECISIONS)])
    assert frame["agent"].to_list() == [names.ids[agent] for agent in decisions["agent"].tolist()]
    assert frame["parent"].to_list() == [names.ids[parent] if parent >= 0 else None for parent in decisions["parent"].tolist()]
    assert frame["value"].to_list() == decisions["value"].tolist()
    assert frame["confidence"].to_list() == decisions["confidence"].tolist()


def test_names_in_the_agent_frame_belong_to_the_role(ran: Ran) -> None:
    frame = ran.record.agent_frame
    assert all(agent.startswith(f"{role}-") for agent, role in frame.select("agent", "role").unique().iter_rows())
    said = {role: set(group["action"]) for (role,), group in frame.group_by("role")}
    assert said["risk-manager"] <= {"wait", "tell-limit", "veto", "lift-veto"}
    assert said["trade-executor"] <= {"hold", "buy", "sell", "close"}
    assert frame.group_by("role").agg(pl.col("agent").n_unique())["agent"].sum() == AGENTS
    assert set(frame["desk"]) == {0, 1}


def test_an_agent_frame_written_in_many_parts_is_the_same(ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("parts") / "agents.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames_module, "PAGES_AT_ONCE", 7)
        frames_module.write_agent_frame(ran.journal, Roster(ran.journal), path)
    assert pl.read_parquet(path).equals(ran.record.agent_frame)
    assert [other.name for other in path.parent.iterdir()] == ["agents.parquet"]


def test_the_summary_counts_what_is_on_record(ran: Ran) -> None:
    made = ran.record.summary
    assert made.decisions == made.memories == AGENTS * STEPS
    assert sum(made.roles.values()) == made.agents == AGENTS
    assert made.signals == sum(ran.record.model_frame["signals"])
    commit = ran.journal.commit_record()
    assert commit is not None and made.trajectory_sha256 == commit.sha256.hex()

"""The journal as frames: every row is one on record, and names are those of whom it tells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from model_worlds import scenario

from freeagentics.agents import ROLES
from freeagentics.journal import Journal, Kind
from freeagentics.records import RunRecord
from freeagentics.records.record_frames import RecordFrames
from freeagentics.records.roster import Roster
from freeagentics.runs import run

BUSY: dict[str, object] = {
    "agents.exposure": [0.9, 0.95],
    "roles.risk-manager.max_value_at_risk": 0.02,
    "roles.risk-manager.max_expected_shortfall": 0.03,
}
"""Limits that move all the time, under which desks trade."""

AGENTS, STEPS, HORIZON = 20, 30, 8
EMPTY = ("decisions", "signals", "orders", "fills", "memories", "outcomes", "desks")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    world = scenario(overrides={"market.bars": "ten-pairs-4h", "market.daily": ""} | BUSY, agents=AGENTS, steps=STEPS)
    return run(world, out=tmp_path_factory.mktemp("records") / "run")


@pytest.fixture(scope="module")
def journal(record: RunRecord) -> Iterator[Journal]:
    with Journal(record.directory.journal) as journal:
        yield journal


def frames(record: RunRecord, journal: Journal, first: int = 1, last: int | None = None) -> RecordFrames:
    return RecordFrames(journal, Roster(journal), HORIZON, first, last)


def all_of(journal: Journal, kind: Kind) -> np.ndarray:
    return np.concatenate([records for _, _, records in journal.scan(kind)])


def test_decisions_have_a_row_per_agent_and_step_in_the_order_of_the_journal(record: RunRecord, journal: Journal) -> None:
    frame, records = record.decision_frame, all_of(journal, Kind.DECISIONS)
    assert frame.height == AGENTS * STEPS
    assert frame["value"].to_list() == records["value"].tolist()
    shared = ["step", "agent", "role", "desk", "action", "value", "confidence", "memory_weight", "parent"]
    assert frame.select(shared).equals(record.agent_frame.select(shared))


def test_a_decision_names_parent_memories_and_signals_by_what_they_are_known_under(record: RunRecord, journal: Journal) -> None:
    frame, records = record.decision_frame, all_of(journal, Kind.DECISIONS)
    for row, decision in list(zip(frame.iter_rows(named=True), records, strict=True))[::7]:
        assert row["memories"] == [row["step"] - age for age in decision["memory_age"].tolist() if age]
        assert row["signals"] == [number for number in decision["signal"].tolist() if number >= 0]
        assert (row["parent_step"] is None) == (decision["parent"] < 0) == (row["parent"] is None)
        if row["parent"]:
            assert row["parent_step"] == row["step"] - decision["parent_age"]
    assert frame["memories"].list.len().max() == 3


def test_reasons_stand_under_the_names_of_their_role_and_nowhere_else(record: RunRecord, journal: Journal) -> None:
    frame, records = record.decision_frame, all_of(journal, Kind.DECISIONS)
    for (role,), mine in frame.with_row_index("row").group_by("role"):
        names = ROLES[str(role)].reasoning
        for place, name in enumerate(names):
            assert mine[f"reason.{name}"].to_list() == records["reason"][mine["row"].to_numpy(), place].tolist()
        others = [column for column in frame.columns if column.startswith("reason.") and column.removeprefix("reason.") not in names]
        assert mine.select(pl.col(others).is_null().all()).row(0) == (True,) * len(others)


def test_signals_name_their_audience_and_hold_a_number_per_asset(record: RunRecord, journal: Journal) -> None:
    frame, records, team = record.signal_frame, all_of(journal, Kind.SIGNALS), list(record.summary.roles)
    assert frame["number"].to_list() == list(range(record.summary.signals))
    assert frame["data"].to_list() == records["data"].tolist()
    assert frame["audience"].to_list() == [
        [role for bit, role in enumerate(team) if mask >> bit & 1] for mask in records["audience"].tolist()
    ]
    assert set(frame["severity"]) <= {"low", "medium", "high", "critical"}


def test_a_fill_is_an_order_of_the_step_before(record: RunRecord) -> None:
    orders, fills = record.order_frame, record.fill_frame
    assert (orders.height, fills.height) == (record.summary.orders, record.summary.fills)
    joined = fills.join(orders.with_columns(pl.col("step") + 1), on=["step", "agent", "symbol"], suffix="_ordered")
    assert joined.height == fills.height
    assert (joined["quantity"].abs() <= joined["quantity_ordered"].abs() + 1e-9).all()
    assert ((fills["quantity"].abs() * fills["price"] - fills["notional"]).abs() < 0.01).all()
    assert ((fills["fee"] - fills["notional"] * 0.0005).abs() < 0.01).all()


def test_memories_carry_what_came_of_them_once_it_is_known(record: RunRecord, journal: Journal) -> None:
    frame = record.memory_frame
    assert frame.height == AGENTS * STEPS
    known = frame.filter(pl.col("reward").is_not_null())
    assert set(known["step"]) == set(range(1, STEPS - HORIZON + 1))
    assert known["reward"].to_list() == all_of(journal, Kind.OUTCOMES)["reward"].tolist()
    decided = record.decision_frame.join(frame.select("step", "agent", remembered="confidence"), on=["step", "agent"])
    assert (decided["confidence"].clip(0, 1) - decided["remembered"]).abs().mean() < 0.05  # type: ignore[operator]


def test_desks_add_up_to_the_model(record: RunRecord) -> None:
    desks = record.desk_frame
    assert desks["desk"].to_list() == list(range(AGENTS // 5)) * STEPS
    assert desks.group_by("step", maintain_order=True).agg(pl.col("equity").mean())["equity"].to_list() == pytest.approx(
        record.model_frame["equity"].to_list()
    )


@pytest.mark.parametrize("name", EMPTY)
def test_a_span_is_those_rows_of_the_whole(name: str, record: RunRecord, journal: Journal) -> None:
    whole = getattr(frames(record, journal), name)()
    span = getattr(frames(record, journal, 12, 20), name)()
    assert span.equals(whole.filter(pl.col("step").is_between(12, 20)))
    assert whole.height
    assert span.height or name in ("orders", "fills")


@pytest.mark.parametrize("name", EMPTY)
def test_a_span_of_nothing_has_all_columns_of_the_same_types(name: str, record: RunRecord, journal: Journal) -> None:
    nothing = getattr(frames(record, journal, STEPS + 1), name)()
    assert nothing.is_empty()
    assert nothing.schema == getattr(frames(record, journal), name)().schema


def test_a_run_shorter_than_the_horizon_has_memories_without_outcomes(tmp_path_factory: pytest.TempPathFactory) -> None:
    record = run(scenario(agents=5, steps=3), out=tmp_path_factory.mktemp("short") / "run")
    assert record.memory_frame["reward"].null_count() == record.memory_frame.height == 15
    assert record.fill_frame.columns == ["step", "agent", "desk", "symbol", "quantity", "price", "notional", "fee"]


def test_a_record_shows_itself_as_a_table_in_a_notebook(record: RunRecord) -> None:
    shown = record._repr_html_()
    assert record.summary.trajectory_sha256 in shown
    assert shown.startswith("<table>")

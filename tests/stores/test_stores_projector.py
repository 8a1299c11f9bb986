"""Whatever happens to a store while it is fed, in the end it has every record of the run."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from itertools import count
from typing import Any

import msgpack
import pytest
from faulty_stores import Fault, FaultyStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projected_runs import AGENTS, STEPS, Contents, contents, projector, small_run

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import open_store
from freeagentics.stores.in_memory import MemoryStore
from freeagentics.sync import projector as projector_file


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of eight steps: five for the run, of ten calls each."""
    monkeypatch.setattr(projector_file, "BATCH_RECORDS", 8 * AGENTS)


@cache
def undisturbed() -> Contents:
    with open_store("memory:", "calm") as store:
        projector(store).catch_up()
        return contents(store)


def test_batches_of_any_size_leave_the_same_store(monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in (1, 7, STEPS):
        monkeypatch.setattr(projector_file, "BATCH_RECORDS", steps * AGENTS)
        with open_store("memory:", "sized") as store:
            assert projector(store).catch_up() == STEPS
            assert contents(store) == undisturbed()


def test_projecting_again_changes_nothing_and_a_store_that_is_up_to_date_is_left_alone() -> None:
    with open_store("memory:", "again") as store:
        projector(store).catch_up()
        idle = projector(store)
        assert idle.catch_up() == STEPS
        assert idle.records == 0
        idle.again()
        assert idle.catch_up() == STEPS
        assert contents(store) == undisturbed()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(faults=st.dictionaries(st.integers(0, 80), st.sampled_from(["before", "after", "emptied"]), max_size=8))
def test_a_store_that_fails_or_is_emptied_at_any_call_ends_up_whole(faults: dict[int, Fault]) -> None:
    calls = count()
    with open_store("memory:", "hurt") as inner:
        feeding = projector(FaultyStore(inner, lambda: faults.get(next(calls), "none")))
        left = STEPS
        while left:
            try:
                left = feeding.advance()
            except StoreUnavailable:
                # As a feed does: a projector of its own, which knows only what the store says.
                feeding = projector(feeding._store)
        # What is emptied after the last look is emptied after the run.
        faults.clear()
        projector(inner).catch_up()
        assert contents(inner) == undisturbed()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(emptied=st.integers(0, 55))
def test_a_store_that_is_emptied_without_a_word_is_noticed_by_the_one_who_feeds_it(emptied: int) -> None:
    calls = count()
    with open_store("memory:", "emptied") as inner:
        feeding = projector(FaultyStore(inner, lambda: "emptied" if next(calls) == emptied else "none"))
        feeding.catch_up()
        assert contents(inner) == undisturbed()


class Snapshots:
    """Saves a store at one call and silently brings that back at a later one; but not within one batch, which nobody could notice."""

    def __init__(self, store: MemoryStore, saved: int, restored: int) -> None:
        self.store = store
        self.saved, self.restored = saved, restored
        self.calls = count()
        self.state: dict[str, Any] = {}

    def __call__(self) -> Fault:
        call = next(self.calls)
        if call == self.saved:
            self.state = self._copy()
        if call == self.restored and self.state and self.state["_cursors"] != self.store._cursors:
            vars(self.store).update(self.state)
        return "none"

    def _copy(self) -> dict[str, Any]:
        return {name: deepcopy(vars(self.store)[name]) for name in ("_logs", "_items", "_indexes", "_cursors")}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(saved=st.integers(0, 55), later=st.integers(1, 40))
def test_a_store_that_comes_back_with_an_older_state_is_brought_up_again(saved: int, later: int) -> None:
    inner = MemoryStore("restored")
    with inner:
        projector(FaultyStore(inner, Snapshots(inner, saved, saved + later))).catch_up()
        assert contents(inner) == undisturbed()


def test_decisions_have_their_outcomes_and_signals_their_statuses() -> None:
    record = small_run()
    memories, decisions, signals = undisturbed()
    assert len(memories) == len(decisions) == AGENTS * STEPS
    told = {(item.partition, item.sort): (item, msgpack.unpackb(item.body)) for item in decisions}
    outcomes = record.memory_frame.filter(record.memory_frame["reward"].is_not_null()).select("agent", "step", "reward", "result").rows()
    scored = {(body["agent_id"], body["context"]["cycle"]): (item, body) for item, body in told.values() if body["outcome"]}
    assert len(scored) == len(outcomes) > 50
    for agent, step, reward, result in outcomes:
        item, body = scored[agent, step]
        assert (body["outcome"]["reward"], body["outcome"]["result"], item.version) == (reward, result, 2)
        assert ("GSI1" in item.index) == (reward > 0)
    bodies = [msgpack.unpackb(item.body) for item in signals]
    assert {body["signal_id"] for body in bodies} == {f"sig-{number:09}" for number in record.signal_frame["number"]}
    statuses = [status for body in bodies for status in body["processing_status"].values()]
    done = [status for status in statuses if status["status"] == "PROCESSED"]
    assert 0 < len(done) <= len(statuses)
    assert {status["decision_id"] for status in done} <= {body["decision_id"] for _, body in told.values()}

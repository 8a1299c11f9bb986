"""Versions of states do the same over every backend."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_backends import BACKENDS

from freeagentics.errors import VersionConflict
from freeagentics.services import AgentState, Retention, StateManager, StateType
from freeagentics.stores import Store, open_store
from freeagentics.stores.cache import Cache
from freeagentics.stores.tiers import TieredStore


def tiered(folder: Path) -> Store:
    return TieredStore(open_store(BACKENDS["sqlite"](folder), "run-1"), Cache(lambda: open_store("memory:", "run-1")))


def opened(name: str, folder: Path) -> Store:
    return tiered(folder) if name == "tiered" else open_store(BACKENDS[name](folder), "run-1")


@pytest.fixture(params=[*BACKENDS, "tiered"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


def state(agent: str | None, value: float, **changes: Any) -> AgentState:
    metrics = {"whaleMovements": {"success_rate": value, "total_calls": int(value)}}
    arrays = {"belief": np.full(500, value)}
    return AgentState(agent_id=agent, current_cycle=int(value), source_metrics=metrics, arrays=arrays, **changes)


@pytest.mark.parametrize("agent", ["market-hunter", None], ids=["an agent", "the run"])
def test_versions_come_back_as_they_were_saved(store: Store, agent: str | None) -> None:
    times = count(1_000)
    states = StateManager(store, by="me", clock=lambda: next(times), retention=Retention(current=3, checkpoint=1))
    saved = [states.save(state(agent, 1.0), reason="first")]
    for value in range(2, 13):
        kind = {5: StateType.BACKUP, 6: StateType.CHECKPOINT, 9: StateType.CHECKPOINT}.get(value, StateType.CURRENT)
        saved.append(states.save(state(agent, value, version=saved[-1].version, state_type=kind, last_updated=value)))
    kept = [entry.version for entry in states.history(agent)]
    # The newest, three of CURRENT before it, the last CHECKPOINT, every BACKUP, and what these differ from.
    assert {12, 11, 10, 8, 9, 5} <= set(kept)
    assert {1, 2, 3, 4, 7}.isdisjoint(kept)
    for version in kept:
        found, expected = states.load(agent, version), saved[version - 1]
        assert found.parts().keys() == expected.parts().keys()
        assert found.arrays["belief"].tobytes() == expected.arrays["belief"].tobytes()
        names = ("agent_id", "state_type", "agent_version", "current_cycle", "last_updated", "source_metrics", "version")
        assert [getattr(found, name) for name in names] == [getattr(expected, name) for name in names]
    assert states.load(agent).version == 12
    assert [states.load(agent, state_type=kind).version for kind in StateType] == [12, 9, 5]
    back = states.rollback(agent, 5, reason="it was better then")
    assert (back.version, back.state_type, back.current_cycle) == (13, StateType.CURRENT, 5)
    entries = states.audit(agent)
    assert [entry.version for entry in entries] == list(range(1, 14))
    assert entries[-1].content_sha256 == entries[4].content_sha256 != entries[5].content_sha256
    assert (entries[0].reason, entries[-1].restored, entries[-1].reason) == ("first", "version 5", "it was better then")
    assert (entries[0].by, entries[0].at, entries[0].last_updated, entries[1].last_updated) == ("me", 1_000, 1_000, 2)
    assert states.newest([agent, "nobody"])[0] == entries[-1]
    assert states.newest([agent, "nobody"])[1] is None
    assert states.history("nobody") == states.audit("nobody") == []


def test_owners_never_see_each_others_states(store: Store) -> None:
    states = StateManager(store)
    for agent, value in (("a", 1.0), ("b", 2.0), (None, 3.0)):
        states.save(state(agent, value))
    assert [states.load(agent).current_cycle for agent in ("a", "b", None)] == [1, 2, 3]
    states.rollback("a", 1)
    assert [len(states.audit(agent)) for agent in ("a", "b", None)] == [2, 1, 1]


@pytest.mark.parametrize("before", [0, 1, 9], ids=["the first version", "the second", "a later one"])
def test_of_many_who_save_from_one_version_one_wins_and_the_others_are_told(store: Store, before: int) -> None:
    states = StateManager(store, by="me")
    start = state("a", 0.0)
    for value in range(before):
        start = states.save(replace(state("a", value), version=start.version))
    barrier, told = threading.Barrier(4), [""] * 4

    def save(number: int) -> None:
        manager, mine = StateManager(store, by=f"writer-{number}"), replace(state("a", 100 + number), version=start.version)
        barrier.wait()
        try:
            manager.save(mine)
            told[number] = "saved"
        except VersionConflict as error:
            told[number] = str(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told).count("saved") == 1
    assert all(text.startswith("agent a: version ") and text.endswith("and save again") for text in told if text != "saved")
    winner = told.index("saved")
    assert states.load("a").current_cycle == 100 + winner
    assert [entry.by for entry in states.audit("a")] == ["me"] * before + [f"writer-{winner}"]

"""Memory, decisions and signals do the same over every backend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from aws_servers import new_dynamodb
from store_backends import BACKENDS

from freeagentics.clock import DAY_MS, HOUR_MS, SECOND_MS
from freeagentics.errors import AccessDenied, BadInput, VersionConflict
from freeagentics.services import (
    DecisionLogger,
    DecisionRecord,
    MemoryAwareAgent,
    MemoryManager,
    MemoryPattern,
    MemoryRecord,
    MultiAgentCoordinator,
    Processing,
    Signal,
)
from freeagentics.services import item_scan as scan_file
from freeagentics.services.multi_agent_coordinator import LEASE_MS
from freeagentics.stores import Store, open_store
from freeagentics.stores.cache import Cache
from freeagentics.stores.tables import DECISIONS, PATTERNS, SIGNALS, TABLES
from freeagentics.stores.tiers import TieredStore

NOON = 1_760_788_800_000
"""2025-10-18T12:00:00Z."""


@dataclass
class Clock:
    now: int = NOON

    def __call__(self) -> int:
        return self.now


def opened(name: str, folder: Path) -> Store:
    if name == "tiered":
        return TieredStore(open_store(BACKENDS["sqlite"](folder), "run-1"), Cache(lambda: open_store("memory:", "run-1")))
    url = new_dynamodb(*TABLES) if name == "dynamodb" else BACKENDS[name](folder)
    return open_store(url, "run-1")


@pytest.fixture(params=[*BACKENDS, "tiered"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_every_record_comes_back_from_its_item_as_it_was(store: Store) -> None:
    data = {"a": 1, "b": (2.5, None), "c": {"d": [True, "é"]}, "e": b"\x00"}
    common = {"agent_id": "market-hunter", "timestamp": NOON + 1}
    decision = DecisionRecord.of(common | {"decision_type": "T", "context": data, "reasoning": data, "outcome": data | {"success": True}})
    memory = MemoryRecord.of(common | {"memory_type": "M", "data": data, "confidence": 0.25, "ttl": NOON})
    pattern = MemoryPattern(
        agent_id="market-hunter", pattern_id="p 1", learned_at=NOON, confidence=0.85, success_rate=0.78, sample_size=23, data=data,
        domain="whales", shared_with=["risk-manager"], last_accessed=NOON, access_count=45,
    )  # fmt: skip
    targets = ["risk-manager", "trade-executor"]
    told = {"source_agent": "market-hunter", "signal_type": "W", "timestamp": NOON, "target_agents": targets, "data": data}
    signal = Signal.of(told | {"severity": "high", "confidence": 1, "recommended_action": "WAIT", "context": data})
    for table, record in ((DECISIONS, decision), (PATTERNS, memory), (PATTERNS, pattern)):
        store.put(table, [record.item()])
        (item,) = store.get(table, [record.item().key])
        assert item is not None
        assert type(record).from_bytes(item.body) == record
    coordinator = MultiAgentCoordinator(store, clock=Clock())
    sent = coordinator.store_shared_signal.blocking(signal)
    assert sent == signal.with_statuses() == coordinator.get_signal.blocking(signal)
    assert [one.data for one in coordinator.get_signals_for_agent.blocking("risk-manager")] == [data]
    assert len(store.query(SIGNALS, "shared#signal#W")) == 2


def test_an_array_in_a_memory_keeps_its_bits(store: Store) -> None:
    memory = MemoryManager(store)
    belief = np.array([np.nan, -0.0, 1e-310])
    memory.remember("a", "BELIEF", {"belief": belief})
    (found,) = memory.recall("a", "BELIEF")
    assert found.data["belief"].tobytes() == belief.tobytes()


def test_decisions_are_found_by_agent_type_success_and_time_in_order(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_file, "PAGE", 3)
    log, made = DecisionLogger(store, clock=clock), []
    for number in range(24):
        # Two of each timestamp, whole seconds and parts of one among them.
        stamp = NOON + number // 2 * 250
        given = {
            "agent_id": f"agent-{number % 2}",
            "decision_type": f"TYPE_{number // 2 % 2}",
            "timestamp": stamp,
            "decision_id": f"d{number}",
        }
        one = log.log_decision(given)
        made.append(one if number % 3 == 2 else log.log_outcome(one, {"success": number % 3 == 0, "latency_ms": 100 * number}))
    for newest_first in (True, False):
        for agent, kind, success, since, until in (
            ("agent-0", None, None, None, None),
            ("agent-0", "TYPE_1", None, NOON + 100, NOON + 2_000),
            ("agent-0", None, True, None, NOON + 1_500),
            ("agent-1", "TYPE_0", False, None, None),
            (None, "TYPE_1", None, NOON + 500, None),
            (None, "TYPE_1", True, None, None),
        ):
            given = {"agent_id": agent, "decision_type": kind, "success": success, "since": since, "until": until}
            wanted = [
                one
                for one in made
                if (agent is None or one.agent_id == agent)
                and (kind is None or one.decision_type == kind)
                and (success is None or one.success is success)
                and (since or 0) <= one.timestamp <= (until or 2 * NOON)
            ]
            found = log.decisions(**given, newest_first=newest_first, limit=None)
            assert sorted(found, key=lambda one: one.decision_id) == sorted(wanted, key=lambda one: one.decision_id)
            ordered = [one.timestamp for one in found]
            assert all((a >= b) if newest_first else (a <= b) for a, b in pairwise(ordered))
            assert log.decisions(**given, newest_first=newest_first, limit=2) == found[:2]
    rate = log.success_rate(agent_id="agent-0")
    assert (rate.successes, rate.trials) == (4, 8)
    assert rate.low < rate.rate == 0.5 < rate.high
    latency = log.latency(agent_id="agent-0", decision_type="TYPE_0")
    assert (latency.count, latency.longest) == (4, 1600)
    clock.now += 90 * DAY_MS + 10 * SECOND_MS
    assert log.decisions(agent_id="agent-0") == []


def test_chains_lead_from_agent_to_agent(store: Store, clock: Clock) -> None:
    log = DecisionLogger(store, clock=clock)
    first = log.log_decision({"agent_id": "market-hunter", "decision_type": "SIGNAL"})
    clock.now += 5
    second = log.log_decision({"agent_id": "risk-manager", "decision_type": "LIMIT", "context": {"parent_decision_id": first.decision_id}})
    named = {"parent_decision_id": second.decision_id, "parent_agent_id": "risk-manager"}
    third = log.log_decision({"agent_id": "executor", "decision_type": "ORDER", "context": named, "decision_id": "any name"})
    assert log.chain(third) == [third, second, first]
    lost = log.log_decision({"agent_id": "executor", "decision_type": "ORDER", "context": {"parent_decision_id": "dec-gone-1"}})
    assert log.chain(lost) == [lost]


def test_what_is_logged_again_changes_nothing_and_what_differs_is_refused(store: Store, clock: Clock) -> None:
    log = DecisionLogger(store, clock=clock)
    made = log.log_decision({"agent_id": "a", "decision_type": "T", "decision_id": "d"})
    scored = log.log_outcome(made, {"success": True})
    assert log.log_outcome(made, {"success": True}) == scored == log.log_decision(made)
    with pytest.raises(VersionConflict, match="another outcome"):
        log.log_outcome(made, {"success": False})
    with pytest.raises(VersionConflict, match="another decision d"):
        log.log_decision({"agent_id": "a", "decision_type": "T", "decision_id": "d", "reasoning": {"x": 1}})
    assert log.decisions(agent_id="a") == [scored]
    with pytest.raises(BadInput, match="log it first"):
        log.log_outcome(made.model_copy(update={"decision_id": "e"}), {"success": True})


def test_short_term_ends_after_a_day(store: Store, clock: Clock) -> None:
    memory = MemoryManager(store, clock=clock)
    memory.remember("a", "SEEN", {"n": 1})
    memory.set_context("a", trend="bullish", cycle=3)
    memory.set_context("a", cycle=4)
    memory.note_query("a", "how many whales?", [5])
    assert memory.context("a") == {"trend": "bullish", "cycle": 4}
    clock.now += DAY_MS - 1
    memory.remember("a", "SEEN", {"n": 2})
    assert [one.data["n"] for one in memory.recall("a", "SEEN", term="STM")] == [2, 1]
    assert memory.recent_query("a", "how many whales?") == [5]
    assert memory.recent_query("a", "how many whales?", within_ms=HOUR_MS) is None
    clock.now += 1
    assert [one.data["n"] for one in memory.recall("a", "SEEN", term="STM")] == [2]
    assert [one.data["n"] for one in memory.recall("a", "SEEN", term="LTM")] == [1]
    assert [one.data["n"] for one in memory.recall("a", "SEEN", newest_first=False, since=NOON)] == [1, 2]
    assert memory.context("a") == {}
    assert memory.recent_query("a", "how many whales?") is None
    assert memory.recall("b", "SEEN") == []


def test_a_rate_limit_holds_over_programs(store: Store, clock: Clock) -> None:
    one, other = MemoryManager(store, clock=clock), MemoryManager(store, clock=clock)
    assert [manager.allow("a", "call", times=3, per_ms=900) for manager in (one, other, one, other)] == [True, True, True, False]
    clock.now += 300
    assert [manager.allow("a", "call", times=3, per_ms=900) for manager in (other, one)] == [True, False]
    clock.now += 10_000
    assert [one.allow("a", "call", times=3, per_ms=900) for _ in range(4)] == [True, True, True, False]
    assert one.allow("b", "call", times=3, per_ms=900)


def test_patterns_are_private_unless_shared(store: Store, clock: Clock) -> None:
    memory = MemoryManager(store, clock=clock)
    common = {"agent_id": "hunter", "learned_at": NOON, "success_rate": 0.78, "sample_size": 23, "domain": "whales"}
    mine = memory.store_pattern(common | {"pattern_id": "mine", "confidence": 0.9})
    memory.store_pattern(common | {"pattern_id": "his", "confidence": 0.5, "shared_with": ["manager"]})
    memory.store_pattern(common | {"pattern_id": "all", "confidence": 0.7, "is_shared": True})
    assert [one.pattern_id for one in memory.patterns("hunter")] == ["mine", "all", "his"]
    assert [one.pattern_id for one in memory.patterns("hunter", min_confidence=0.7)] == ["mine", "all"]
    assert [one.pattern_id for one in memory.shared_patterns("manager", "whales")] == ["all", "his"]
    assert [one.pattern_id for one in memory.shared_patterns("other", "whales")] == ["all"]
    clock.now += 5
    used = memory.apply_pattern("manager", "hunter", "his")
    assert (used.access_count, used.last_accessed, used.version) == (1, NOON + 5, 2)
    with pytest.raises(AccessDenied, match="not shared with manager"):
        memory.apply_pattern("manager", "hunter", "mine")
    assert memory.store_pattern(mine).version == 2
    with pytest.raises(VersionConflict):
        memory.store_pattern(mine)


def test_a_signal_is_for_its_targets_and_a_broadcast_for_all_but_its_sender(store: Store, clock: Clock) -> None:
    coordinator = MultiAgentCoordinator(store, clock=clock)
    told = {"source_agent": "hunter", "signal_type": "WHALES"}
    for _ in range(2):  # Sent again after a crash.
        coordinator.store_shared_signal.blocking(told | {"target_agents": ["manager"], "signal_id": "s1", "timestamp": NOON})
        coordinator.store_shared_signal.blocking(told | {"signal_id": "s2", "timestamp": NOON + 1})
    heard = {name: coordinator.get_signals_for_agent.blocking(name) for name in ("hunter", "manager", "executor")}
    assert {name: [one.signal_id for one in signals] for name, signals in heard.items()} == {
        "hunter": [],
        "manager": ["s1", "s2"],
        "executor": ["s2"],
    }
    assert [one.signal_id for one in coordinator.get_signals_for_agent.blocking("manager", since=NOON + 1)] == ["s2"]
    clock.now += DAY_MS
    assert [one.signal_id for one in coordinator.get_signals_for_agent.blocking("manager")] == ["s2"]


def test_a_claim_is_one_workers_until_its_time_is_over(store: Store, clock: Clock) -> None:
    coordinator = MultiAgentCoordinator(store, clock=clock)
    sent = [
        coordinator.store_shared_signal.blocking({"source_agent": "h", "signal_type": "W", "target_agents": targets, "timestamp": NOON + n})
        for n, targets in enumerate((["m", "e"], [], ["m"]))
    ]
    (first,) = coordinator.claim_signals.blocking("m", worker="one", limit=1)
    others = coordinator.claim_signals.blocking("m", worker="two")
    assert [claim.signal.signal_id for claim in (first, *others)] == [one.signal_id for one in sent]
    assert coordinator.claim_signals.blocking("m", worker="three") == []
    for claim in others:
        coordinator.complete_signal.blocking(claim, decision_id=claim.decision_id)
    clock.now += LEASE_MS
    (again,) = coordinator.claim_signals.blocking("m", worker="three")
    assert (again.signal.signal_id, again.claimed_at, again.decision_id) == (first.signal.signal_id, NOON, first.decision_id)
    with pytest.raises(VersionConflict):
        coordinator.complete_signal.blocking(first)
    coordinator.complete_signal.blocking(again)
    clock.now += LEASE_MS
    assert coordinator.claim_signals.blocking("m") == []
    statuses = coordinator.get_signal.blocking(sent[0]).processing_status
    assert {name: one.status for name, one in statuses.items()} == {"m": Processing.PROCESSED, "e": Processing.PENDING}
    broadcast = coordinator.get_signal.blocking(sent[1]).processing_status
    assert {name: one.decision_id for name, one in broadcast.items()} == {"m": f"dec-m-{sent[1].signal_id}"}
    assert [one.signal_id for one in coordinator.get_signals_for_agent.blocking("m", status="PENDING")] == []


def test_the_registry_knows_who_is_there(store: Store, clock: Clock) -> None:
    coordinator = MultiAgentCoordinator(store, clock=clock)
    coordinator.register_agent.blocking("b", role="risk", region="eu")
    coordinator.register_agent.blocking("a")
    clock.now += 50_000
    beat = coordinator.heartbeat.blocking("b")
    assert (beat.details, beat.registered_at, beat.timestamp) == ({"region": "eu"}, NOON, NOON + 50_000)
    clock.now += 50_000
    assert [one.agent_id for one in coordinator.agents.blocking()] == ["b"]
    assert [one.agent_id for one in coordinator.agents.blocking(alive_within_ms=None)] == ["a", "b"]
    with pytest.raises(BadInput, match="not registered"):
        coordinator.heartbeat.blocking("c")


def test_an_agent_that_decides_again_after_a_crash_finds_its_decision(store: Store, clock: Clock) -> None:
    hunter, manager = MemoryAwareAgent(store, "hunter", clock=clock), MemoryAwareAgent(store, "manager", clock=clock)
    manager.memory.set_context("manager", trend="bullish")
    hunter.send("WHALES", {"whale_count": 5}, to=["manager"])
    (claim,) = manager.claim()
    complete = manager.coordinator.complete_signal
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MultiAgentCoordinator, "complete_signal", None)
        with pytest.raises(AttributeError):
            manager.decide("RISK", {"selected": "cut"}, claim=claim)
    clock.now += LEASE_MS
    (again,) = manager.claim()
    decided = manager.decide("RISK", {"selected": "hold"}, claim=again)
    assert decided.reasoning["selected"] == "cut"
    assert decided.context == {"trend": "bullish", "signal_id": claim.signal.signal_id}
    assert manager.decisions() == [decided]
    assert manager.claim() == []
    with pytest.raises(VersionConflict):
        complete.blocking(claim)

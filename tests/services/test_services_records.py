"""Records and verbs: any plain data comes back, what is wrong is told in one line, and both faces do the same."""

from __future__ import annotations

import asyncio
import doctest
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.errors import BadInput, BadName, CorruptRecord
from freeagentics.services import (
    DecisionLogger,
    DecisionRecord,
    MemoryAwareAgent,
    MemoryManager,
    MultiAgentCoordinator,
    Rate,
    Signal,
)
from freeagentics.stores import open_store

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMED = st.dictionaries(st.text(), PLAIN, max_size=3)
DECISION = {"agent_id": "a", "decision_type": "T", "timestamp": 1_760_797_800_000}


@settings(max_examples=30)
@given(context=NAMED, reasoning=NAMED, outcome=st.none() | NAMED.map(lambda named: named | {"success": True}), stamp=st.integers(0, 2**41))
def test_any_plain_data_in_a_decision_comes_back(context: Any, reasoning: Any, outcome: Any, stamp: int) -> None:
    made = DecisionRecord.of(DECISION | {"context": context, "reasoning": reasoning, "outcome": outcome, "timestamp": stamp})
    found = DecisionRecord.from_bytes(made.to_bytes())
    assert found == made
    assert repr(found) == repr(made)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"decision_typ": "T"}, "decision_typ: Extra inputs are not permitted"),
        ({"timestamp": "now"}, "timestamp: Input should be a valid integer"),
        ({"outcome": {"successful": True}}, "outcome needs a bool 'success'"),
        ({"iso_timestamp": "2025-10-18T14:30:01Z"}, "leave one of them out"),
        ({"iso_timestamp": "2025-10-18T14:30:00"}, "has no time zone"),
        ({"agent_id": 7}, "agent_id: Input should be a valid string"),
    ],
)
def test_a_field_that_is_wrong_is_named_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=r"\ADecisionRecord: [^\n]*\Z") as raised:
        DecisionRecord.of(DECISION | changes)
    assert told in str(raised.value)


def test_a_time_as_text_stands_for_the_time() -> None:
    given = {name: value for name, value in DECISION.items() if name != "timestamp"}
    made = DecisionRecord.of(given | {"iso_timestamp": "2025-10-18T16:30:00+02:00"})
    assert (made.timestamp, made.iso_timestamp, made.ttl) == (1_760_797_800_000, "2025-10-18T14:30:00Z", 1_760_797_800 + 90 * 86_400)


def test_names_that_could_not_be_keys_and_data_that_are_not_plain_are_refused() -> None:
    with open_store("memory:", "run-1") as store:
        log, memory = DecisionLogger(store), MemoryManager(store)
        with pytest.raises(BadName, match="agent id 'No Agent'"):
            log.log_decision({"agent_id": "No Agent", "decision_type": "T"})
        with pytest.raises(BadName, match="decision type 'a type'"):
            log.log_decision({"agent_id": "a", "decision_type": "a type"})
        with pytest.raises(BadInput, match="MemoryRecord holds plain data and numpy arrays, not builtins.set"):
            memory.remember("a", "SEEN", {"x": {1, 2}})
        with pytest.raises(BadInput, match="Signal: signal_id: String should match pattern"):
            Signal.of({"signal_id": "a#b", "signal_type": "T", "source_agent": "a", "timestamp": 0})
        with pytest.raises(BadInput, match="by agent_id, by decision_type, or by both"):
            log.decisions(success=True)
        with pytest.raises(BadInput, match="times 0 must be an int from 1"):
            memory.allow("a", "call", times=0, per_ms=1)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_record_are_named(data: bytes) -> None:
    with pytest.raises(CorruptRecord, match="a DecisionRecord that cannot be read"):
        DecisionRecord.from_bytes(data)


def test_both_faces_of_every_service_do_the_same() -> None:
    async def work() -> None:
        with open_store("memory:", "run-1") as store:
            coordinator, log = MultiAgentCoordinator(store), DecisionLogger(store)
            sent = await coordinator.store_shared_signal({"source_agent": "a", "signal_type": "W", "target_agents": ["b"]})
            assert coordinator.get_signals_for_agent.blocking("b") == await coordinator.get_signals_for_agent("b") == [sent]
            made = await log.log_decision.aio({"agent_id": "a", "decision_type": "T"})
            assert log.decisions(agent_id="a") == await log.decisions.aio(agent_id="a") == [made]
            # Many at once, none in the way of another.
            memory = MemoryManager(store)
            await asyncio.gather(*(memory.remember.aio("a", "SEEN", {"n": n}) for n in range(20)))
            assert sorted(one.data["n"] for one in await memory.recall.aio("a", "SEEN")) == list(range(20))

    asyncio.run(work())


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_of_a_rate_holds_the_rate_and_narrows_with_trials(successes: int, failures: int) -> None:
    found = Rate.counted(successes, successes + failures)
    if found.trials:
        assert 0 <= found.low <= found.rate <= found.high <= 1
        more = Rate.counted(4 * successes, 4 * found.trials)
        assert more.high - more.low < found.high - found.low
    else:
        assert (found.low, found.high, math.isnan(found.rate)) == (0, 1, True)


def test_the_interval_of_a_rate_is_wilsons() -> None:
    # Newcombe (1998), table I: 81 of 263.
    found = Rate.counted(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize("service", [DecisionLogger, MemoryManager, MemoryAwareAgent])
def test_the_example_of_a_service_does_what_it_says(service: type) -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(service, service.__name__, globs={service.__name__: service})
    assert example.examples
    assert not doctest.DocTestRunner().run(example).failed

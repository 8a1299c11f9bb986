from __future__ import annotations

import numpy as np
import pytest
from agents_worlds import Tape, reasons, scenario, taped
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.agents import ROLES, TradingAgent
from freeagentics.agents.decision import Decisions
from freeagentics.agents.history import HistoryRecord, decode_steps, encode_step
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.agents.signal_state import SignalState
from freeagentics.journal import Kind
from freeagentics.simulation import MarketModel

STEPS = 50


@pytest.fixture(scope="module")
def lived() -> tuple[dict[str, list[HistoryRecord]], dict[int, str], Tape]:
    """Whole histories by agent, ids by index, and what was committed."""
    model, tape = taped(scenario("whale-pump"))
    with model:
        for _ in range(STEPS):
            model.step()
        everybody = [agent for agent in model.agents if isinstance(agent, TradingAgent)]
        return {agent.name: agent.history(10_000) for agent in everybody}, {a.index: a.name for a in everybody}, tape


def test_a_history_has_every_step_as_it_was_decided(lived: tuple[dict[str, list[HistoryRecord]], dict[int, str], Tape]) -> None:
    histories, ids, tape = lived
    assert all(len(history) == STEPS for history in histories.values())
    for step in range(1, STEPS + 1):
        for decision in tape.records(step, Kind.DECISIONS):
            name = ids[int(decision["agent"])]
            role = ROLES[name.rpartition("-")[0]]
            assert histories[name][step - 1].action == role.actions[decision["action"]]


def test_a_history_says_what_was_read(lived: tuple[dict[str, list[HistoryRecord]], dict[int, str], Tape]) -> None:
    histories, ids, tape = lived
    paid = 0
    for step in range(1, STEPS + 1):
        for decision in tape.records(step, Kind.DECISIONS):
            name = ids[int(decision["agent"])]
            done = histories[name][step - 1]
            assert "price" in done.sources or name.startswith("sentiment-analyzer")
            if name.startswith("market-hunter"):
                assert len(done.sources) == int(reasons(MarketHunter, decision)["sources_read"]).bit_count()
                paid += len(done.sources) > 1
    assert paid


def test_a_history_of_no_more_steps_than_asked_for_holds_the_last_ones() -> None:
    with MarketModel(scenario("quick", memory__history=20)) as model:
        agent = model.agent("market-hunter-0000")
        for _ in range(25):
            model.step()
        assert agent.history(5) == agent.history(20)[-5:]
        assert len(agent.history(1000)) == 20


@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.floats(-1, 2), st.sets(st.integers(0, 19)), st.integers(0, 300)), min_size=1, max_size=5)
)
def test_a_record_says_what_was_done_to_a_fifteenth_and_which_of_the_first_sixteen_sources_were_read(
    steps: list[tuple[int, float, set[int], int]],
) -> None:
    heard, choice = SignalState(len(steps), 1), Decisions.__new__(Decisions)
    heard.received[:] = [received for *_, received in steps]
    choice.action = np.array([action for action, *_ in steps], dtype=np.uint8)
    choice.size = np.array([size for _, size, *_ in steps], dtype=np.float32)
    bits = np.array([sum(1 << place for place in read) for _, _, read, _ in steps])
    sources = tuple(f"s{place}" for place in range(20))
    found = decode_steps(encode_step(choice, bits, heard), ("wait", "buy", "sell"), sources)
    for record, (action, size, read, received) in zip(found, steps, strict=True):
        assert record.action == ("wait", "buy", "sell")[action]
        assert abs(record.size - min(max(size, 0), 1)) <= 1 / 30 + 1e-6
        assert record.sources == tuple(f"s{place}" for place in sorted(read) if place < 16)
        assert record.received == min(received, 255)

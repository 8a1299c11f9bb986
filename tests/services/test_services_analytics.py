"""Analytics: figures are those of the decisions, by whatever they are grouped, and costs follow the prices."""

from __future__ import annotations

import doctest
import math
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.clock import DAY_MS
from freeagentics.errors import BadInput
from freeagentics.services import Analytics, DecisionLogger, Load, MultiAgentCoordinator, Prices, Rate, storage_cost
from freeagentics.services.decision_figures import success_by, value_of
from freeagentics.stores import Store, open_store

NOON = 1_760_788_800_000
CLOCK = lambda: NOON + 5 * DAY_MS  # noqa: E731


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("memory:", "run-1") as store:
        log, coordinator = DecisionLogger(store, clock=CLOCK), MultiAgentCoordinator(store, clock=CLOCK)
        for number in range(40):
            agent = f"agent-{number % 2}"
            context = {"trend": "rising" if number % 4 < 2 else "falling", "parent_decision_id": "dec-x-1"}
            sources = ["whales", "price"] if number % 5 == 0 else ["price"]
            reasoning = {"selected": sources, "patterns_applied": ["p"] if number % 8 == 0 else []}
            given = {"agent_id": agent, "decision_type": "BUY", "timestamp": NOON + number * DAY_MS // 10, "context": context}
            made = log.log_decision(given | {"reasoning": reasoning})
            if number < 36:
                log.log_outcome(made, {"success": number % 3 == 0, "latency_ms": 10 * number})
        for agent in ("agent-0", "agent-1"):
            coordinator.register_agent.blocking(agent)
        yield store


def test_a_frame_has_every_decision_of_all_registered_agents(store: Store) -> None:
    frame = Analytics(store, clock=CLOCK).decisions()
    assert frame.height == 40
    assert frame["timestamp"].is_sorted()
    assert frame["success"].null_count() == 4
    assert set(frame["context.trend"]) == {"rising", "falling"}
    assert "context.parent_decision_id" not in frame.columns
    assert frame.equals(Analytics(store, clock=CLOCK).decisions(decision_types=["BUY"]))


def test_success_is_counted_by_agent_context_source_and_time(store: Store) -> None:
    analytics = Analytics(store, clock=CLOCK)
    by_agent = analytics.success(["agent"])
    assert by_agent.select("agent", "decisions", "judged", "successes").rows() == [("agent-0", 20, 18, 6), ("agent-1", 20, 18, 6)]
    expected = Rate.counted(6, 18)
    assert by_agent.select("rate", "low", "high").row(0) == (expected.rate, expected.low, expected.high)
    assert by_agent["latency_median"].to_list() == [170.0, 180.0]
    assert analytics.success(["selected"]).select("selected", "decisions").rows() == [("price", 40), ("whales", 8)]
    daily = analytics.success(["context.trend"], every="1d")
    assert daily["decisions"].sum() == 40
    assert daily.height == 2 * 5


def test_the_value_of_a_source_is_success_with_it_less_success_without(store: Store) -> None:
    found = Analytics(store, clock=CLOCK).value("selected")
    whales = found.row(by_predicate=pl.col("selected") == "whales", named=True)
    with_it = [number % 3 == 0 for number in range(36) if number % 5 == 0]
    without = [number % 3 == 0 for number in range(36) if number % 5]
    assert (whales["judged_with"], whales["judged_without"]) == (len(with_it), len(without))
    assert whales["difference"] == pytest.approx(sum(with_it) / len(with_it) - sum(without) / len(without))
    assert whales["low"] < whales["difference"] < whales["high"]
    price = found.row(by_predicate=pl.col("selected") == "price", named=True)
    assert (price["judged_without"], math.isnan(price["rate_without"])) == (0, True)


def test_newcombes_interval_of_a_difference() -> None:
    # Newcombe (1998), table II, example (a): 56 of 70 and 48 of 80, method 10.
    frame = pl.DataFrame(
        {
            "agent": ["a"] * 150,
            "type": ["T"] * 150,
            "success": [True] * 56 + [False] * 14 + [True] * 48 + [False] * 32,
            "sources": [["s"]] * 70 + [[]] * 80,
        }
    )
    found = value_of(frame, "sources")
    assert (round(found["low"][0], 4), round(found["high"][0], 4)) == (0.0524, 0.3339)


def test_columns_that_are_not_there_are_told(store: Store) -> None:
    frame = Analytics(store, clock=CLOCK).decisions()
    with pytest.raises(BadInput, match="no column 'agnt'; did you mean 'agent'"):
        success_by(frame, ["agnt"])
    with pytest.raises(BadInput, match="no column of lists 'agent'; there are selected, patterns"):
        value_of(frame, "agent")


def test_an_empty_store_has_empty_frames() -> None:
    with open_store("memory:", "run-1") as store:
        analytics = Analytics(store)
        assert analytics.decisions().height == analytics.success(["agent"]).height == analytics.value("selected").height == 0


LOADS = st.builds(
    Load,
    memories=st.floats(0, 1e7),
    decisions=st.floats(0, 1e6),
    memory_bytes=st.floats(1, 500),
    decision_bytes=st.floats(1, 5000),
    reads=st.floats(0, 1e7),
)


@given(LOADS)
def test_twice_the_prices_of_dynamodb_are_twice_its_cost(load: Load) -> None:
    names = ("gb_month", "million_writes", "million_reads", "write_unit_hour", "read_unit_hour")
    once = Prices()
    doubled = {name: 2 * getattr(once.dynamodb, name) for name in names}
    twice = once.model_copy(update={"dynamodb": once.dynamodb.model_copy(update=doubled)})
    costs = [storage_cost(load, prices).filter(store="dynamodb")["total"].to_list() for prices in (once, twice)]
    assert costs[1] == pytest.approx([2 * cost for cost in costs[0]])


def test_a_cost_is_what_the_price_list_says() -> None:
    load = Load(memories=1e6, decisions=1e5, memory_bytes=36, decision_bytes=300, reads=0, decision_days=10, memory_days=10)
    costs = {(row["store"], row["way"]): row for row in storage_cost(load).to_dicts()}
    demand = costs["dynamodb", "on demand"]
    assert demand["bytes"] == 10 * (1_000_000 * 52 + 100_000 * 700)
    # A sixteenth of a unit a memory, three a decision; 730 / 24 days a month.
    assert demand["requests"] == pytest.approx((1e6 / 16 + 3e5) * 730 / 24 * 0.625e-6)
    assert demand["storage"] == pytest.approx(demand["bytes"] / 1e9 * 0.25)
    # 4.2 writes a second at 70 % of what is provisioned are 6 units, reads have one.
    assert costs["dynamodb", "provisioned"]["requests"] == pytest.approx(730 * (6 * 0.00065 + 0.00013))
    kept = 10 * (1_000_000 * 58 + 100_000 * 1035)
    assert costs["redis", f"{math.ceil(kept / (0.5 * 2**30 * 0.75))} x cache.t4g.micro"]["bytes"] == kept


def test_a_users_prices_take_the_place_of_those_that_ship(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('[dynamodb]\ngb_month = 0.3\n[redis."big"]\ngib = 100\nhour = 1.5\n')
    prices = Prices.load(path)
    assert (prices.dynamodb.gb_month, prices.dynamodb.million_writes, list(prices.redis)) == (0.3, 0.625, ["big"])
    path.write_text("[dynamodb]\ngb_mont = 0.3\n")
    with pytest.raises(BadInput, match="dynamodb.gb_mont: Extra inputs are not permitted"):
        Prices.load(path)
    with pytest.raises(BadInput, match="No such file"):
        Prices.load(tmp_path / "none.toml")


def test_the_example_does_what_it_says() -> None:
    given = {"Analytics": Analytics, "DecisionLogger": DecisionLogger}
    (example,) = doctest.DocTestFinder(recurse=False).find(Analytics, "Analytics", globs=given)
    assert not doctest.DocTestRunner().run(example).failed

from __future__ import annotations

import json

import numpy as np
import pytest
from agents_worlds import Tape, credulous, play, reasons, scenario

from freeagentics.agents import SignalKind
from freeagentics.agents.roles.market_hunter import WHALES_THAT_MATTER, MarketHunter
from freeagentics.arrays import AnyArray
from freeagentics.journal import Kind
from freeagentics.memory import SideInformation, column, open_codec

STEPS, TOLD = 700, 300
HUNTERS_ONLY: dict[str, object] = {
    "agents__team": {"market-hunter": 1},
    "agents__count": 30,
    "seed": 3,
    "roles__market-hunter__exploration_rate": [0.01, 0.02],
}
SURE_PUMP = [{"kind": "whale-pump", "whales": 5, "probability": 1.0, "rise": 0.06, "within": [4, 8]}]
PRICE, WHALES, DERIVATIVES, SENTIMENT = 1, 2, 4, 8
COSTS = {WHALES: 50, DERIVATIVES: 25, SENTIMENT: 10}


@pytest.fixture(scope="module")
def learned() -> dict[str, Tape]:
    """Hunters in a market where whales foretell a rise, and in one where they mean nothing."""
    return {
        "pump": play(scenario("whale-pump", market__synthetic__planted=SURE_PUMP, **HUNTERS_ONLY), STEPS),
        "null": play(scenario("null-market", **HUNTERS_ONLY), STEPS),
    }


@pytest.fixture(scope="module")
def tape() -> Tape:
    """Eight hunters on two desks with somebody to tell, where whales are free."""
    team = {"market-hunter": 4, "risk-manager": 1, "trade-executor": 1}
    return play(
        credulous(
            "whale-pump",
            agents__team=team,
            agents__count=12,
            market__sources={"price": 0, "whales": 0},
            market__synthetic__planted=SURE_PUMP,
        ),
        TOLD,
    )


def read(decisions: AnyArray, source: int) -> AnyArray:
    """Which decisions read a source."""
    return (reasons(MarketHunter, decisions)["sources_read"].astype(int) & source) > 0


def reading(tape: Tape, source: int, first: int, last: int) -> float:
    """Share of agents that read a source, over these steps."""
    return float(np.mean([read(tape.records(step, Kind.DECISIONS), source).mean() for step in range(first, last + 1)]))


def test_hunters_come_to_pay_for_what_foretells_and_not_for_what_means_nothing(learned: dict[str, Tape]) -> None:
    last = 2 * STEPS // 3
    pump, null = (reading(learned[name], WHALES, last, STEPS) for name in ("pump", "null"))
    assert pump > 2 * null
    assert null < 0.7 * reading(learned["null"], WHALES, 1, STEPS // 3)


def test_what_is_free_is_always_read(learned: dict[str, Tape]) -> None:
    assert reading(learned["null"], PRICE, 1, STEPS) == 1


def test_every_read_is_paid_for_by_the_desk(learned: dict[str, Tape]) -> None:
    paid = np.zeros(30, dtype=np.int64)
    for step in range(1, STEPS + 1):
        decisions = learned["null"].records(step, Kind.DECISIONS)
        paid[decisions["agent"]] += sum(cost * read(decisions, source) for source, cost in COSTS.items())
    assert learned["null"].records(STEPS, Kind.ACCOUNTS)["data_costs"].tolist() == paid.tolist()


def test_with_nobody_to_tell_hunters_are_silent(learned: dict[str, Tape]) -> None:
    assert not any(len(learned["pump"].records(step, Kind.SIGNALS)) for step in range(1, STEPS + 1))


def test_whales_are_told_when_there_are_enough_with_the_direction_of_the_trend(tape: Tape) -> None:
    told = 0
    for step in range(1, TOLD + 1):
        columns = tape.records(step, Kind.OBSERVATION)["values"][0]
        trend, count = float(columns[4]), float(columns[11])
        said = tape.records(step, Kind.SIGNALS)
        whales = said[said["kind"] == SignalKind.WHALE_ACTIVITY] if len(said) else said
        assert len(whales) == (8 if count >= WHALES_THAT_MATTER else 0)
        assert all(signal["data"][0] == count * np.sign(trend) for signal in whales)
        told += len(whales)
    assert told


def test_a_trend_is_told_as_the_hunter_expects_it(tape: Tape) -> None:
    told = 0
    for step in range(1, TOLD + 1):
        said, decisions = tape.records(step, Kind.SIGNALS), tape.records(step, Kind.DECISIONS)
        expected = dict(zip(decisions["agent"].tolist(), reasons(MarketHunter, decisions)["expected_return"].tolist(), strict=True))
        for signal in said[said["kind"] == SignalKind.TREND] if len(said) else []:
            assert signal["data"][0] == expected[int(signal["source"])]
            told += 1
    assert told


def test_hunters_order_nothing_and_follow_nobody(tape: Tape) -> None:
    for step in range(1, TOLD + 1):
        decisions = tape.records(step, Kind.DECISIONS)
        assert (decisions["parent"][:8] == -1).all()
        assert not np.isin(tape.records(step, Kind.ORDERS)["agent"], np.arange(8)).any()


def test_memories_move_a_forecast_only_as_far_as_they_are_trusted() -> None:
    blind = play(scenario(memory__trust=0, agents__count=5), 30)
    for step in range(1, 31):
        hunters = reasons(MarketHunter, blind.records(step, Kind.DECISIONS)[:1])
        assert hunters["expected_return"][0] == np.clip(hunters["before_memories"][0], -2, 2)


def test_a_read_is_part_of_what_is_remembered(learned: dict[str, Tape]) -> None:
    tape = learned["pump"]
    columns = tuple(json.loads(tape.records(1, Kind.NAMES).tobytes())["columns"])
    agree = []
    for step in range(STEPS - 20, STEPS + 1):
        kept, values = tape.kept(step)[0], tape.records(step, Kind.OBSERVATION)["values"]
        seats = tape.records(1, Kind.AGENTS)
        side_information = SideInformation(values, tape.books(step, columns)[seats["desk"][kept.agent]])
        states = open_codec("autoregressive", "market-hunter", columns).decode(kept.codes, side_information)
        agree.append((states[:, column("read_whales")] > 0.5) == read(tape.records(step, Kind.DECISIONS), WHALES))
    assert np.mean(agree) > 0.98

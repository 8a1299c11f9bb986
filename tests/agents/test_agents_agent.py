from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from agents_worlds import scenario

from freeagentics.agents import SignalKind, TradingAgent
from freeagentics.agents.agent import agent_id
from freeagentics.mind import REGIMES
from freeagentics.simulation import MarketModel


@pytest.fixture(scope="module")
def model() -> Iterator[MarketModel]:
    with MarketModel(scenario("ten-pairs")) as made:
        for _ in range(3):
            made.step()
        yield made


def test_an_agent_shows_its_row_of_its_cohort(model: MarketModel) -> None:
    everybody = [agent for agent in model.agents if isinstance(agent, TradingAgent)]
    for agent in everybody:
        cohort = agent.cohort
        assert cohort.agent[agent.row] == agent.index
        assert (agent.role, agent.desk) == (cohort.role, cohort.desk[agent.row])
        assert repr(agent) == f"<{agent.name} of desk {agent.desk}>"
        assert list(agent.beliefs) == list(REGIMES)
        assert list(agent.beliefs.values()) == cohort.belief.regimes[agent.row, 0].tolist()
        assert agent.belief_grid.sum(axis=(1, 2)) == pytest.approx(np.ones(len(model.market.symbols)), abs=1e-4)
    assert len({tuple(agent.beliefs.values()) for agent in everybody}) > 1


def test_ids_have_four_digits_or_as_many_as_it_takes() -> None:
    assert [agent_id("market-hunter", number) for number in (0, 7, 12345)] == [
        "market-hunter-0000",
        "market-hunter-0007",
        "market-hunter-12345",
    ]


def test_what_was_never_heard_is_none_and_what_was_is_a_copy(model: MarketModel) -> None:
    agent = model.agent("trade-executor-0001")
    heard = agent.cohort.heard
    heard.number[agent.row, SignalKind.TREND] = -1
    assert agent.heard(SignalKind.TREND) is None
    heard.number[agent.row, SignalKind.TREND] = 0
    heard.data[agent.row, SignalKind.TREND] = 0.25
    told = agent.heard(SignalKind.TREND)
    assert told is not None and (told == 0.25).all()
    told[:] = 9
    assert (heard.data[agent.row, SignalKind.TREND] == 0.25).all()

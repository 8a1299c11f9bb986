"""What is left out changes nothing else that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from freeagentics.agents import Cohort
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.errors import BadScenario
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

STEPS = 30


def stepped(**changes: object) -> MarketModel:
    given = {key.replace("__", "."): value for key, value in changes.items()}
    model = MarketModel(load_scenario("whale-pump", {"agents.count": 27, "steps": STEPS} | given))
    with model:
        model.run_model()
    return model


@pytest.fixture(scope="module")
def complete() -> MarketModel:
    return stepped()


def drawn(cohort: Cohort) -> Iterator[tuple[str, Any]]:
    """What is drawn for the agents of a cohort, once and at a step."""
    yield "persistence", cohort.context.random(f"{cohort.role}/persistence", cohort.number).random(cohort.rows)
    yield "desk", cohort.desk[cohort.active]
    yield "number", cohort.number_in_role[cohort.active]
    if isinstance(cohort, Forecaster):
        yield "exploration", cohort._exploration_rate


def closes(model: MarketModel) -> np.ndarray:
    return np.array([model.market.close(step) for step in range(1, STEPS + 1)])


@pytest.mark.parametrize("role", ["market-hunter", "sentiment-analyzer", "risk-manager", "portfolio-optimizer", "trade-executor"])
def test_without_a_role_the_market_and_all_other_agents_are_the_same(role: str, complete: MarketModel) -> None:
    without = stepped(agents__left_out=[role])
    assert (closes(without) == closes(complete)).all()
    assert without.scenario.agents.desks == complete.scenario.agents.desks
    for cohort, other in zip(complete.population.cohorts, without.population.cohorts, strict=True):
        assert other.active.any() == (other.role != role)
        for (name, value), (_, same) in zip(drawn(cohort), drawn(other), strict=True):
            assert cohort.role == role or np.array_equal(value, same), (cohort.role, name)


def test_without_a_role_none_of_its_agents_is_there(complete: MarketModel) -> None:
    without = stepped(agents__left_out=["risk-manager"])
    names = {without.population.name(agent) for agent in range(len(without.population))}
    assert names == {name for name in map(complete.population.name, range(27)) if not name.startswith("risk-manager")}
    assert without.scenario.present() == {role: n for role, n in complete.scenario.agents.counts().items() if role != "risk-manager"}


def test_without_a_source_the_market_stays_and_nobody_pays_for_it(complete: MarketModel) -> None:
    without = stepped(market__left_out=["whales"])
    assert (closes(without) == closes(complete)).all()
    assert without.market.columns == complete.market.columns
    hunter = next(cohort for cohort in without.population.cohorts if cohort.role == "market-hunter")
    assert isinstance(hunter, Forecaster)
    assert "whales" not in [source.name for source in hunter.sources]
    assert without.market.accounts.data_costs.sum() < complete.market.accounts.data_costs.sum()


def test_without_a_source_the_others_are_read_by_the_same_agents() -> None:
    # Of the first step, for later ones go by what was learned; at these prices nobody reads but to explore.
    first, second = (stepped(steps=1, market__left_out=out, market__sources=DEAR, **EAGER) for out in ([], ["whales"]))
    for one, other in zip(first.population.cohorts, second.population.cohorts, strict=True):
        if isinstance(one, Forecaster) and isinstance(other, Forecaster):
            kept = [place for place, source in enumerate(one.sources) if source in other.sources]
            read = one.readings.read[1][:, kept]
            assert np.array_equal(read, other.readings.read[1])
    assert any(cohort.explored.any() for cohort in second.population.cohorts if isinstance(cohort, Forecaster))


DEAR = {"price": 0, "whales": 10**10, "derivatives": 10**10, "sentiment": 10**10}
EAGER: dict[str, object] = {f"roles__{role}__exploration_rate": [0.5, 0.6] for role in ("market-hunter", "sentiment-analyzer")}


def test_an_agent_without_recall_names_no_memory() -> None:
    model = stepped(memory__enabled=False)
    assert all((cohort.index.step >= 0).any() and np.isnan(cohort.index.result).all() for cohort in model.population.cohorts)


def test_without_signals_nobody_hears_any() -> None:
    model = stepped(signals__enabled=False)
    assert all((cohort.heard.number == -1).all() for cohort in model.population.cohorts)


@pytest.mark.parametrize(
    "change",
    [
        {"agents.left_out": ["oracle"]},
        {"agents.left_out": ["market-hunter"], "agents.team": {"market-hunter": 1}},
        {"market.left_out": ["price"]},
        {"market.left_out": ["oracle"]},
    ],
)
def test_what_cannot_be_left_out_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadScenario, match="left_out"):
        load_scenario("quick", change)

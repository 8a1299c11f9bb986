from __future__ import annotations

import re

import numpy as np
import pytest
from agents_worlds import scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.agents import ROLES, CohortContext, DeskGroup, MemorySettings, Population
from freeagentics.agents.population import blocks
from freeagentics.errors import BadScenario
from freeagentics.market import Units
from freeagentics.memory import open_codec
from freeagentics.mind import MarketGrid
from freeagentics.scenario.scenario import AgentSettings
from freeagentics.signals import COHORT_ROWS

GRID = MarketGrid(MemorySettings().horizon)
AGENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def population(agents: AgentSettings) -> Population:
    """A population of these agents in a world without any sources but prices."""
    codecs = {role: open_codec("scalar", role, ()) for role in agents.team}
    context = CohortContext(
        seed=1,
        symbols=("BTCUSDT",),
        units=Units.usual(1),
        columns=(),
        sources=(),
        roles=tuple(agents.team),
        memory=MemorySettings(),
        signal_ttl=1,
        grid=GRID,
        codecs=codecs,
    )
    return Population(agents.counts(), agents.desks, [DeskGroup(0, agents.desks, context)])


def test_fifty_agents_are_ten_desks_of_five_roles() -> None:
    people = population(AgentSettings(count=50))
    assert len(people) == 50 and people.directory.desks == 10
    teams = {(role, desk) for role, desk in zip(people.directory.role.tolist(), people.directory.desk.tolist(), strict=True)}
    assert teams == {(role, desk) for role in range(5) for desk in range(10)}


def test_roles_stand_in_pipeline_order_however_a_scenario_lists_them() -> None:
    mixed = scenario(agents__team={"trade-executor": 1, "market-hunter": 1, "risk-manager": 1}, agents__count=3).agents
    assert list(mixed.team) == ["market-hunter", "risk-manager", "trade-executor"]
    assert [[cohort.role for cohort in phase] for phase in population(mixed).phases()] == [[role] for role in mixed.team]


def test_hunters_and_analyzers_decide_in_one_phase() -> None:
    phases = [{cohort.role for cohort in phase} for phase in population(AgentSettings()).phases()]
    assert phases == [{"market-hunter", "sentiment-analyzer"}, {"risk-manager"}, {"portfolio-optimizer"}, {"trade-executor"}]


def test_agents_beyond_whole_teams_are_one_more_of_each_role_in_pipeline_order() -> None:
    assert list(AgentSettings(count=53).counts().values()) == [11, 11, 11, 10, 10]
    assert AgentSettings(count=53).desks == 10


@given(st.integers(1, 20_000))
def test_cohorts_have_a_row_an_agent_and_all_but_the_last_are_full(count: int) -> None:
    rows = blocks(count)
    assert sum(rows) == count
    assert rows[:-1] == [COHORT_ROWS] * (len(rows) - 1) and 1 <= rows[-1] <= COHORT_ROWS


@pytest.mark.parametrize(("count", "cohorts"), [(600, 5), (1600, 5), (10_000, 10)])
def test_a_large_population_fills_several_cohorts_of_one_role_each(count: int, cohorts: int) -> None:
    people = population(AgentSettings(count=count))
    assert len(people.cohorts) == cohorts
    assert all(cohort.rows <= COHORT_ROWS for cohort in people.cohorts)
    assert sum(int(cohort.active.sum()) for cohort in people.cohorts) == count
    for number, cohort in enumerate(people.cohorts):
        mine = cohort.agent[cohort.active]
        assert set(people.directory.role[mine].tolist()) == {people.directory.roles.index(cohort.role)}
        assert (people.directory.cohort[mine] == number).all()


@settings(max_examples=30)
@given(st.integers(0, 400), st.dictionaries(st.sampled_from(sorted(ROLES)), st.integers(1, 4), min_size=1))
def test_everybody_sits_once_on_the_desk_of_their_number(more: int, team: dict[str, int]) -> None:
    people = population(AgentSettings(count=sum(team.values()) + more, team=team))
    seats = people.seats()
    assert len(np.unique(seats[["cohort", "row"]])) == len(people) == sum(team.values()) + more
    assert (seats["desk"] == seats["number"] % people.directory.desks).all()
    for seat in seats:
        cohort = people.cohorts[seat["cohort"]]
        assert cohort.agent[seat["row"]] == seat["agent"] and cohort.desk[seat["row"]] == seat["desk"]
    for role, size in team.items():
        held = np.bincount(seats["desk"][seats["role"] == people.directory.roles.index(role)], minlength=people.directory.desks)
        assert (held >= size).all()


def test_peers_are_the_agents_of_a_role_on_the_same_desk() -> None:
    people = population(AgentSettings(count=9, team={"market-hunter": 3, "trade-executor": 1}))
    hunters, executors = people.cohorts
    assert hunters.peers[hunters.active].tolist() == [4, 3, 4, 3, 4, 3, 4]
    assert executors.peers[executors.active].tolist() == [1, 1]


def test_ids_are_safe_names_and_say_role_and_number() -> None:
    people = population(AgentSettings(count=60_000, team={"market-hunter": 5, "trade-executor": 1}))
    names = [people.name(index) for index in (0, 9_999, 10_000, 49_999, 50_000, 59_999)]
    assert names[0] == "market-hunter-0000" and names[3] == "market-hunter-49999" and names[5] == "trade-executor-9999"
    assert all(AGENT_ID.fullmatch(name) for name in names)


def test_fewer_agents_than_one_team_are_refused() -> None:
    with pytest.raises(BadScenario, match="4 agents are fewer than one desk's team of 5"):
        scenario(agents__count=4)

"""A scenario as its desks are driven: which desks there are, who is on them, and whether worlds can share a market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from freeagentics.agents.cohort import Cohort
from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.env.driven_executor import DrivenExecutor
from freeagentics.errors import BadInput
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.scenario.files import runnable, with_changes

ROLE = TradeExecutor.role

Drives = Literal["role", "desk"]
"""Place of a policy: the trade executor of a desk whose other roles advise it, or a desk all by itself."""


def opened(scenario: Scenario | str, changes: Mapping[str, object] | None = None) -> Scenario:
    """A scenario, or the one of this name or path, with some keys changed. Raises BadScenario."""
    known = runnable(scenario) if isinstance(scenario, Scenario) else load_scenario(scenario)
    return with_changes(known, changes) if changes else known


def meets_others(scenario: Scenario) -> bool:
    """Answer whether what one desk does reaches others: prices answer to all of them, or they share what may be filled."""
    market = scenario.market
    return market.answers or market.shared_impact or market.max_participation > 0


def driven_scenario(scenario: Scenario, desks: int, drives: Drives) -> Scenario:
    """The scenario with *desks* desks to drive, its first ones. Where desks never meet there are no others: they would change nothing.

    Raises:
        BadInput: it has no trade executor, several on a desk, groups of desks, or fewer desks than are to be driven.
    """
    agents = scenario.agents
    if ROLE not in agents.team or ROLE in agents.left_out:
        raise BadInput(f"{scenario.name}: its desks have no {ROLE}, whose place a policy takes; they have {', '.join(agents.team)}")
    if agents.team[ROLE] > 1:
        raise BadInput(f"{scenario.name}: its desks have {agents.team[ROLE]} {ROLE}s each; one account can be driven by one alone")
    if scenario.desks:
        raise BadInput(f"{scenario.name}: its desks are in groups; drive a scenario without [[desks]]")
    there = agents.desks if meets_others(scenario) else desks
    if desks > there:
        raise BadInput(f"{scenario.name}: {desks} desks to drive, and it has {there}; ask for fewer or raise agents.count")
    changes: dict[str, object] = {"agents.count": there * agents.team_size}
    if drives == "desk":
        changes = _by_itself(agents.team, desks, there)
    return _with_driven_executors(with_changes(scenario, changes))


def _by_itself(team: Mapping[str, int], desks: int, there: int) -> dict[str, object]:
    """Changes that leave the executor alone on driven desks."""
    if desks == there:
        return {"agents.team": {ROLE: 1}, "agents.count": desks, "agents.left_out": []}
    driven = {"name": "driven", "count": desks, "left_out": [role for role in team if role != ROLE]}
    return {"agents.count": there * sum(team.values()), "desks": [driven, {"name": "others", "count": there - desks}]}


def _with_driven_executors(scenario: Scenario) -> Scenario:
    registry = scenario.registry
    roles: dict[str, type[Cohort]] = {**registry.roles, ROLE: DrivenExecutor}
    return scenario.with_registry(replace(registry, roles=MappingProxyType(roles)))

from __future__ import annotations

import pytest

from freeagentics.agents import ROLES, SHIPPED
from freeagentics.agents.decision import REASONS
from freeagentics.errors import BadScenario


def test_a_role_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadScenario, match="no role 'market-huntr'; did you mean 'market-hunter'"):
        SHIPPED.role("market-huntr")
    with pytest.raises(BadScenario, match="market-hunter, sentiment-analyzer"):
        SHIPPED.role("xyz")


def test_roles_of_an_earlier_phase_stand_before_those_of_a_later_one() -> None:
    phases = [role.phase for role in ROLES.values()]
    assert phases == sorted(phases)


@pytest.mark.parametrize("name", ROLES)
def test_every_role_names_its_actions_and_each_number_of_its_reasoning(name: str) -> None:
    role = SHIPPED.role(name)
    assert role.role == name
    assert len(role.reasoning) == len(set(role.reasoning)) == REASONS
    assert len(set(role.actions)) == len(role.actions) <= 16


def test_a_desk_thinks_before_its_risk_is_judged_and_trades_last() -> None:
    phases = {name: role.phase for name, role in ROLES.items()}
    assert phases == {"market-hunter": 0, "sentiment-analyzer": 0, "risk-manager": 1, "portfolio-optimizer": 2, "trade-executor": 3}


def test_memories_of_risk_and_of_targets_are_kept_most_finely_and_those_of_trades_most_coarsely() -> None:
    coarse = {name: role.compression for name, role in ROLES.items()}
    assert coarse == {
        "market-hunter": 0.5,
        "sentiment-analyzer": 0.4,
        "risk-manager": 0.3,
        "portfolio-optimizer": 0.3,
        "trade-executor": 0.7,
    }

"""Which roles there are, in pipeline order."""

from __future__ import annotations

from collections.abc import Iterable

from freeagentics.agents.cohort import Cohort
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.agents.roles.sentiment_analyzer import SentimentAnalyzer
from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.errors import BadScenario, did_you_mean

ROLES: dict[str, type[Cohort]] = {
    role.role: role for role in (MarketHunter, SentimentAnalyzer, RiskManager, PortfolioOptimizer, TradeExecutor)
}
"""Roles by name. Those of a user's own are added when a scenario names their file."""

BUILT_IN = tuple(ROLES)
"""Names of the roles that come with the package, in pipeline order."""


def in_order(names: Iterable[str]) -> list[str]:
    """Names of roles in the order in which agents are numbered: built-in ones as the pipeline has them, then others by name."""
    given = set(names)
    return [name for name in BUILT_IN if name in given] + sorted(given.difference(BUILT_IN))


def role_class(name: str) -> type[Cohort]:
    """The cohort class of a role. Raises BadScenario with the nearest name."""
    if name in ROLES:
        return ROLES[name]
    raise BadScenario(f"no role '{name}'; {did_you_mean(name, ROLES)}")

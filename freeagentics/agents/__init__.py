"""The agents: roles, the cohorts that hold them, and the population they form."""

from freeagentics.agents.agent import TradingAgent
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext, MemorySettings
from freeagentics.agents.given_patterns import PatternSettings
from freeagentics.agents.plugin import PluginFile
from freeagentics.agents.plugins import run_plugin
from freeagentics.agents.population import DeskGroup, Population
from freeagentics.agents.registry import BUILT_IN, ROLES, SHIPPED, Registry, in_order
from freeagentics.agents.run_before import RunBefore
from freeagentics.agents.signal_kinds import SIGNAL_KINDS, SignalKind
from freeagentics.agents.user_role import UserRole
from freeagentics.agents.view import DeskBooks, Outcomes, View

__all__ = [
    "BUILT_IN",
    "ROLES",
    "SHIPPED",
    "SIGNAL_KINDS",
    "Cohort",
    "CohortContext",
    "DeskBooks",
    "DeskGroup",
    "MemorySettings",
    "Outcomes",
    "PatternSettings",
    "PluginFile",
    "Population",
    "Registry",
    "RunBefore",
    "SignalKind",
    "TradingAgent",
    "UserRole",
    "View",
    "in_order",
    "run_plugin",
]

"""Simulate populations of agents that remember.

The names below are the front door; they load what they need when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from freeagentics.agents import TradingAgent
    from freeagentics.agents.user_role import Action, Order, Tell
    from freeagentics.agents.user_role import UserRole as Role
    from freeagentics.market import Source
    from freeagentics.memory.codec.nets import FeatureGroupedVAE as FeatureGroupedVAE
    from freeagentics.mind import CompressedHistory, LazyBeliefArray
    from freeagentics.records import RunRecord
    from freeagentics.replay.explain import explain
    from freeagentics.runs.run import fork, resume, run
    from freeagentics.runtime import OptimizedThreadPoolManager
    from freeagentics.scenario import Scenario, load_scenario
    from freeagentics.simulation import MarketModel, Probe
    from freeagentics.stores import open_store

__version__ = "0.1.0"

_HOMES = {
    "Action": "freeagentics.agents.user_role",
    "CompressedHistory": "freeagentics.mind",
    "FeatureGroupedVAE": "freeagentics.memory.codec.nets",
    "LazyBeliefArray": "freeagentics.mind",
    "MarketModel": "freeagentics.simulation",
    "OptimizedThreadPoolManager": "freeagentics.runtime",
    "Order": "freeagentics.agents.user_role",
    "Probe": "freeagentics.simulation",
    "Role": "freeagentics.agents.user_role",
    "RunRecord": "freeagentics.records",
    "Scenario": "freeagentics.scenario",
    "Source": "freeagentics.market",
    "Tell": "freeagentics.agents.user_role",
    "TradingAgent": "freeagentics.agents",
    "explain": "freeagentics.replay",
    "fork": "freeagentics.runs",
    "load_scenario": "freeagentics.scenario",
    "open_store": "freeagentics.stores",
    "resume": "freeagentics.runs",
    "run": "freeagentics.runs",
}

_NAMES_AT_HOME = {"Role": "UserRole"}

# A star import must not ask for torch: FeatureGroupedVAE is there by its name alone.
__all__ = [
    "Action",
    "CompressedHistory",
    "LazyBeliefArray",
    "MarketModel",
    "OptimizedThreadPoolManager",
    "Order",
    "Probe",
    "Role",
    "RunRecord",
    "Scenario",
    "Source",
    "Tell",
    "TradingAgent",
    "__version__",
    "explain",
    "fork",
    "load_scenario",
    "open_store",
    "resume",
    "run",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'freeagentics' has no attribute '{name}'")
    # Here as TYPE_CHECKING is above: until a command heeds Ctrl-C, as little as can be is imported.
    from importlib import import_module

    try:
        home = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(f"{name} needs torch; install freeagentics[train]") from error
    return getattr(home, _NAMES_AT_HOME.get(name, name))


def __dir__() -> list[str]:
    return sorted({*__all__, *_HOMES})

"""Simulate populations of agents that remember.

The names below are the front door; they load what they need when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from freeagentics.agents import TradingAgent
    from freeagentics.api import RunRecord, run
    from freeagentics.memory.codec.nets import FeatureGroupedVAE as FeatureGroupedVAE
    from freeagentics.mind import CompressedHistory, LazyBeliefArray
    from freeagentics.runtime import OptimizedThreadPoolManager
    from freeagentics.scenario import Scenario
    from freeagentics.simulation import MarketModel
    from freeagentics.stores import open_store

__version__ = "0.1.0"

_HOMES = {
    "CompressedHistory": "freeagentics.mind",
    "FeatureGroupedVAE": "freeagentics.memory.codec.nets",
    "LazyBeliefArray": "freeagentics.mind",
    "MarketModel": "freeagentics.simulation",
    "OptimizedThreadPoolManager": "freeagentics.runtime",
    "RunRecord": "freeagentics.api",
    "Scenario": "freeagentics.scenario",
    "TradingAgent": "freeagentics.agents",
    "open_store": "freeagentics.stores",
    "run": "freeagentics.api",
}

# A star import must not ask for torch: FeatureGroupedVAE is there by its name alone.
__all__ = [
    "CompressedHistory",
    "LazyBeliefArray",
    "MarketModel",
    "OptimizedThreadPoolManager",
    "RunRecord",
    "Scenario",
    "TradingAgent",
    "__version__",
    "open_store",
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
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *_HOMES})

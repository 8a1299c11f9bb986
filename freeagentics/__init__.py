"""Simulate populations of agents that remember.

`__all__` is the front door: running and reading runs, roles and sources of one's own, memory for any Mesa model, lean agents, errors.
Names load their modules when they are first used, so that importing the package costs nothing. Two of them are modules: `errors` has all
errors by name, `toolbox` all tools for lean agents of any kind.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from freeagentics import errors, toolbox
    from freeagentics.agents import TradingAgent
    from freeagentics.agents.user_role import Action, Order, Tell
    from freeagentics.agents.user_role import UserRole as Role
    from freeagentics.errors import (
        AccessDenied,
        BadInput,
        CorruptRecord,
        FreeagenticsError,
        Interrupted,
        RunFailed,
        StoreUnavailable,
        VersionConflict,
    )
    from freeagentics.experiments import Experiment, ablate, ablate_model, compare, sweep
    from freeagentics.market import Source
    from freeagentics.memory.codec.nets import FeatureGroupedVAE as FeatureGroupedVAE
    from freeagentics.mesa_memory import AgentMemory
    from freeagentics.mind import CompressedHistory, LazyBeliefArray
    from freeagentics.records import RunRecord
    from freeagentics.replay.explain import explain
    from freeagentics.replay.replay_frames import replay_frames
    from freeagentics.runs.run import fork, resume, run
    from freeagentics.runtime import OptimizedThreadPoolManager
    from freeagentics.scenario import Scenario, load_scenario
    from freeagentics.simulation import MarketModel, Probe
    from freeagentics.stores import open_store

__version__ = "0.1.0"

_MODULES = ("errors", "toolbox")

_HOMES = {
    "AccessDenied": "freeagentics.errors",
    "Action": "freeagentics.agents.user_role",
    "AgentMemory": "freeagentics.mesa_memory",
    "BadInput": "freeagentics.errors",
    "CompressedHistory": "freeagentics.mind",
    "CorruptRecord": "freeagentics.errors",
    "Experiment": "freeagentics.experiments",
    "FeatureGroupedVAE": "freeagentics.memory.codec.nets",
    "FreeagenticsError": "freeagentics.errors",
    "Interrupted": "freeagentics.errors",
    "LazyBeliefArray": "freeagentics.mind",
    "MarketModel": "freeagentics.simulation",
    "OptimizedThreadPoolManager": "freeagentics.runtime",
    "Order": "freeagentics.agents.user_role",
    "Probe": "freeagentics.simulation",
    "Role": "freeagentics.agents.user_role",
    "RunFailed": "freeagentics.errors",
    "RunRecord": "freeagentics.records",
    "Scenario": "freeagentics.scenario",
    "Source": "freeagentics.market",
    "StoreUnavailable": "freeagentics.errors",
    "Tell": "freeagentics.agents.user_role",
    "TradingAgent": "freeagentics.agents",
    "VersionConflict": "freeagentics.errors",
    "ablate": "freeagentics.experiments",
    "ablate_model": "freeagentics.experiments",
    "compare": "freeagentics.experiments",
    "explain": "freeagentics.replay",
    "fork": "freeagentics.runs",
    "load_scenario": "freeagentics.scenario",
    "open_store": "freeagentics.stores",
    "replay_frames": "freeagentics.replay.replay_frames",
    "resume": "freeagentics.runs",
    "run": "freeagentics.runs",
    "sweep": "freeagentics.experiments",
}

_NAMES_AT_HOME = {"Role": "UserRole"}

# A star import must not ask for torch: FeatureGroupedVAE is there by its name alone.
__all__ = [
    "AccessDenied",
    "Action",
    "AgentMemory",
    "BadInput",
    "CompressedHistory",
    "CorruptRecord",
    "Experiment",
    "FreeagenticsError",
    "Interrupted",
    "LazyBeliefArray",
    "MarketModel",
    "OptimizedThreadPoolManager",
    "Order",
    "Probe",
    "Role",
    "RunFailed",
    "RunRecord",
    "Scenario",
    "Source",
    "StoreUnavailable",
    "Tell",
    "TradingAgent",
    "VersionConflict",
    "__version__",
    "ablate",
    "ablate_model",
    "compare",
    "errors",
    "explain",
    "fork",
    "load_scenario",
    "open_store",
    "replay_frames",
    "resume",
    "run",
    "sweep",
    "toolbox",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES and name not in _MODULES:
        raise AttributeError(f"module 'freeagentics' has no attribute '{name}'")
    # Here as TYPE_CHECKING is above: until a command heeds Ctrl-C, as little as can be is imported.
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"freeagentics.{name}")
    try:
        home = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(f"{name} needs torch; install freeagentics[train]") from error
    return getattr(home, _NAMES_AT_HOME.get(name, name))


def __dir__() -> list[str]:
    return sorted({*__all__, *_HOMES})

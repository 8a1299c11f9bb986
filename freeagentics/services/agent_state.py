"""The state of an agent, or of a whole run, as a program has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.plain_data import plain_bytes

_ARRAYS = "arrays/"
_TABLES = ("source_metrics", "context_performance", "configuration")

Parts = Mapping[str, Any]
"""The content of a state by name: plain data, and arrays under ``arrays/NAME``."""


class StateType(StrEnum):
    """Type of a state: it says how long its version is kept (`Retention`)."""

    CURRENT = "CURRENT"
    CHECKPOINT = "CHECKPOINT"
    BACKUP = "BACKUP"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgentState:
    """The state of an agent, or of a whole run. Two with the same content have the same `sha256` (`state_content`).

    Attributes:
        agent_id: whose it is; None for the whole run.
        state_type: of the version that it is, or is to be saved as.
        agent_version: of the program that made it.
        current_cycle: the step that it is of.
        last_updated: market time in ms, or wall time outside of markets; None until it is saved: then it becomes that wall time.
        source_metrics, context_performance, configuration: plain data by name.
        arrays: numpy arrays by name.
        version: the one that it was loaded as, 0 before it was ever saved. Saving expects that to be the newest.
    """

    agent_id: str | None
    state_type: StateType = StateType.CURRENT
    agent_version: str = "1.0.0"
    current_cycle: int = 0
    last_updated: int | None = None
    source_metrics: Mapping[str, Any] = field(default_factory=dict)
    context_performance: Mapping[str, Any] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, AnyArray] = field(default_factory=dict)
    version: int = 0

    def parts(self) -> dict[str, Any]:
        """The content by name. Raises BadInput where something in it is not plain data, or no array where one must be."""
        owner = owner_text(self.agent_id)
        for name, array in self.arrays.items():
            if not isinstance(array, np.ndarray):
                raise BadInput(f"{owner}: arrays[{name!r}] is a {type(array).__name__}; give a numpy array")
        parts = {name: dict(getattr(self, name)) for name in _TABLES} | {f"{_ARRAYS}{name}": array for name, array in self.arrays.items()}
        for name, value in parts.items():
            plain_bytes(f"{owner}: {name}", value)
        return parts


def content_of(parts: Parts) -> dict[str, Any]:
    """The fields of an `AgentState` that hold this content."""
    arrays = {name.removeprefix(_ARRAYS): value for name, value in parts.items() if name.startswith(_ARRAYS)}
    return {name: parts[name] for name in _TABLES} | {"arrays": arrays}


def owner_text(agent_id: str | None) -> str:
    """The owner of a state, in messages."""
    return "the run" if agent_id is None else f"agent {agent_id}"

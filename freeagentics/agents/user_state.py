"""The declared state of a user's agents, as a checkpoint keeps it: only what comes back exactly as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgpack
import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.user_code import Refused, shown

GIVEN = ("settings", "random")
"""Attributes that the framework gives to agents, and that are none of their state."""

_LEAVES = (type(None), bool, int, float, str, bytes)
_WHOLE = range(-(2**63), 2**64)


def pack(states: Sequence[Mapping[str, object] | None]) -> AnyArray:
    """States that `declared` gave, as bytes (n,)."""
    return np.frombuffer(msgpack.packb(states, strict_types=True), dtype=np.uint8)


def unpack(packed: AnyArray) -> list[dict[str, Any] | None]:
    """Inverse of `pack`."""
    return msgpack.unpackb(packed.tobytes(), strict_map_key=False)


def restore(agent: object, values: Mapping[str, object]) -> None:
    """Give a fresh agent the state that another had."""
    attributes = vars(agent)
    for name in attributes.keys() - {*GIVEN, *values}:
        del attributes[name]
    attributes.update(values)


def declared(agent: object, names: Sequence[str]) -> dict[str, object]:
    """The state of an agent.

    Raises:
        Refused: an attribute that is not among *names*, or has something in it that would come back changed.
    """
    found = {name: value for name, value in vars(agent).items() if name not in GIVEN}
    met: set[int] = set()
    for name, value in found.items():
        if name not in names:
            raise Refused(f"attribute '{name}' is not declared; add it to the role's state = {[*names, name]}")
        fault = _fault(value, met)
        if fault:
            raise Refused(f"state {name}{fault}")
    return found


def _fault(value: object, met: set[int]) -> str:
    """Find where in a value a checkpoint would change something, and how; empty where all of it comes back. *met* are the lists and
    dicts seen before, by identity."""
    kind = type(value)
    if kind in _LEAVES:
        return _leaf_fault(value)
    if kind is not list and kind is not dict:
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        return f" is of type {name}, and would not come back as one; keep numbers, texts, lists and dicts of Python's own"
    if id(value) in met:
        return f" is a {kind.__name__} that stands in the state before, and would come back as another; keep a copy"
    met.add(id(value))
    return _list_fault(value, met) if isinstance(value, list) else _dict_fault(value, met)  # type: ignore[arg-type]


def _leaf_fault(value: object) -> str:
    if isinstance(value, int) and value not in _WHOLE:
        return f" is {shown(value)}, and whole numbers that are kept have 64 bits"
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            return f" is {shown(value)}, which cannot be written: {error.reason}"
    return ""


def _list_fault(value: list[object], met: set[int]) -> str:
    for place, part in enumerate(value):
        fault = _fault(part, met)
        if fault:
            return f"[{place}]{fault}"
    return ""


def _dict_fault(value: dict[object, object], met: set[int]) -> str:
    for key, part in value.items():
        if type(key) not in _LEAVES or _leaf_fault(key):
            return f" has the key {shown(key)}, which would not come back; keys are numbers and texts"
        fault = _fault(part, met)
        if fault:
            return f"[{shown(key)}]{fault}"
    return ""

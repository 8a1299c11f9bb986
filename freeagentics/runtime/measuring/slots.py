"""Slots: where an agent holds something that nobody else holds, so that it can be replaced without anybody noticing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from freeagentics.runtime.measuring.traverse import attributes

_PROBE = (0, object())
_ONE_HOLDER = sys.getrefcount(_PROBE[1])
"""Count that the interpreter gives for a value that one tuple holds."""

_ATOMS = frozenset({bool, bytes, complex, float, int, str, type(None)})


@dataclass(slots=True)
class Slot:
    """An attribute, or an item of a dict or list.

    Attributes:
        path: from the agent on, e.g. ``mind.beliefs`` or ``layers[0]``.
        name: the last attribute or text key in it.
        holder: the dict or list; of an object the dict of its attributes, or itself where they are in slots.
        key: in it.
    """

    path: str
    name: str
    holder: Any
    key: Any

    def get(self) -> Any:
        """The value there now, None where nothing is."""
        if isinstance(self.holder, dict):
            return self.holder.get(self.key)
        if isinstance(self.holder, list):
            return self.holder[self.key] if self.key < len(self.holder) else None
        return getattr(self.holder, str(self.key), None)

    def put(self, value: object) -> None:
        """Replace it, past what the class says about setting attributes: nothing changes for its user."""
        if isinstance(self.holder, dict | list):
            self.holder[self.key] = value
        else:
            object.__setattr__(self.holder, str(self.key), value)

    def uniquely_referenced(self) -> bool:
        """True where nobody but the holder refers to what is there, nor to the array that it is a view of."""
        held = (0, self.get())
        return sys.getrefcount(held[1]) == _ONE_HOLDER + 1 and _owns_its_buffer(held[1])


def slots(agent: object, always: type) -> Iterator[Slot]:
    """Slots where the agent alone holds something: attributes (in a dict or in slots), and items of dicts and lists of its own.

    Looked into are dicts (but for caches), lists, dataclasses, namespaces, and objects of classes from the agent's own module. What
    anybody else refers to, too (a model, another agent, a caller's variable, a view), is neither given nor looked into: replacing it here
    would cut a tie, and would free nothing. What is an instance of *always* is given in any case.
    """
    pending: list[tuple[str, str, Any]] = [("", "", agent)]
    while pending:
        for slot in _slots_of(*pending.pop()):
            if type(slot.get()) in _ATOMS:
                continue
            if isinstance(slot.get(), always):
                yield slot
            elif slot.uniquely_referenced():
                yield slot
                if "cache" not in slot.name.lower() and _is_part(slot.get(), agent):
                    pending.append((slot.path, slot.name, slot.get()))


def _slots_of(path: str, name: str, holder: Any) -> Iterator[Slot]:
    if isinstance(holder, list):
        for index in range(len(holder)):
            if type(holder[index]) not in _ATOMS:
                yield Slot(f"{path}[{index}]", name, holder, index)
    elif isinstance(holder, dict):
        for key in list(holder):
            yield Slot(f"{path}[{key!r}]", key if isinstance(key, str) else name, holder, key)
    else:
        # A property may have the name of what is in the dict of attributes, and give or take something else.
        own = vars(holder) if type(holder).__dictoffset__ else {}
        for key in _names(holder):
            yield Slot(f"{path}.{key}" if path else key, key, own if key in own else holder, key)


def _names(holder: object) -> list[str]:
    # The values must not be held meanwhile: they are about to be counted.
    return [key for key, _ in attributes(holder)]


def _is_part(value: object, agent: object) -> bool:
    kind = type(value)
    if kind in (dict, list, SimpleNamespace):
        return True
    return not isinstance(value, type) and (is_dataclass(kind) or kind.__module__ == type(agent).__module__)


def _owns_its_buffer(value: object) -> bool:
    if not isinstance(value, np.ndarray) or value.base is None:
        return True
    base = (0, value.base)
    return isinstance(base[1], np.ndarray) and base[1].base is None and sys.getrefcount(base[1]) == _ONE_HOLDER + 1

"""Traversal of the objects that can be reached from another, and their shallow sizes."""

from __future__ import annotations

import array
import gc
import mmap
import sys
import threading
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, ModuleType

import numpy as np

from freeagentics.runtime.measuring.categories import Categories

_OPAQUE = (type, ModuleType, FunctionType, BuiltinFunctionType, threading.Thread)
# Others lend memory that their own size does not tell.
_WEIGHED_THEMSELVES = (np.ndarray, bytes, bytearray, memoryview, mmap.mmap, array.array)
_NONE: frozenset[int] = frozenset()

Visited = tuple[object, str | None]
"""A thing, and the category of the attribute it was reached through."""


def traverse(roots: Iterable[Visited], *, categories: Categories | None = None, fence: Set[int] = _NONE) -> Iterator[Visited]:
    """Everything reachable from *roots*, once each, without walking into what has an id in *fence*; roots are walked all the same.

    Classes, modules, functions and threads are left out: they would be there without any agent.
    """
    seen: set[int] = set()
    stack = list(roots)
    allowed = {id(item) for item, _ in stack}
    while stack:
        item, category = stack.pop()
        key = id(item)
        if key in seen or isinstance(item, _OPAQUE) or (key in fence and key not in allowed):
            continue
        seen.add(key)
        yield item, category
        if categories is None or category is not None:
            stack.extend((child, category) for child in _held_by(item))
        else:
            stack.extend(_sorted(item, categories))


def shallow_size(item: object) -> tuple[int, int]:
    """Bytes of the buffer that an object owns, and of the object itself. Buffers of other libraries than numpy are not seen."""
    size = sys.getsizeof(item, 0)
    if isinstance(item, np.ndarray) and item.base is None:
        return item.nbytes, max(size - item.nbytes, 0)
    if isinstance(item, np.ndarray) and not isinstance(item.base, _WEIGHED_THEMSELVES):
        return item.nbytes, size
    if isinstance(item, memoryview) and not isinstance(item.obj, _WEIGHED_THEMSELVES):
        return item.nbytes, size
    if isinstance(item, mmap.mmap) and not item.closed:
        return len(item), size
    return 0, size


def _held_by(item: object) -> list[object]:
    if isinstance(item, np.ndarray):
        # numpy hides the elements of object arrays from the collector.
        return [item.base, *(item.ravel().tolist() if item.dtype == object else ())]
    if isinstance(item, memoryview):
        return [item.obj]
    # CPython keeps attributes out of the collector's sight, and of every size, until somebody asks for them as a dict. The class is asked
    # whether there is one, not the object: lazy arrays answer for any attribute by unfolding themselves.
    attributes = [vars(item)] if type(item).__dictoffset__ else []
    return [*attributes, *gc.get_referents(item)]


def _sorted(item: object, categories: Categories) -> list[Visited]:
    """The objects that an object holds, each with the category that its name gives it."""
    names = _names(item)
    return categories.sort((names.get(id(child)), child) for child in _held_by(item))


def attributes(item: object) -> list[tuple[str, object]]:
    """Names and values of an object's attributes, in a dict or in slots."""
    found = list(vars(item).items()) if type(item).__dictoffset__ else []
    for name, slot in _slots(type(item)):  # type: ignore[arg-type]  # mypy thinks that classes have no hash
        try:
            found.append((name, slot.__get__(item)))
        except AttributeError:
            continue
    return found


def _names(item: object) -> dict[int, str]:
    """Names of what an object holds, by id."""
    pairs = [*attributes(item), *(list(item.items()) if isinstance(item, dict) else ())]
    return {id(value): name for name, value in pairs if isinstance(name, str)}


@lru_cache(maxsize=1024)
def _slots(kind: type) -> tuple[tuple[str, MemberDescriptorType], ...]:
    classes = [base for base in kind.__mro__ if "__slots__" in vars(base)]
    return tuple((name, slot) for base in classes for name, slot in vars(base).items() if isinstance(slot, MemberDescriptorType))

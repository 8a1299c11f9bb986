"""Reports: read as objects by people, and as mappings by programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class Report(dict[str, Any]):
    """Base of frozen dataclasses that are mappings, too: every field and property is a key, and what is behind it plain data, so that
    ``json.dumps`` takes a report as it is. Attributes give the objects themselves."""

    def __post_init__(self) -> None:
        self.update(_items(self))


def _items(value: Any) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in (*(field.name for field in fields(value)), *_properties(type(value)))}


def _properties(kind: type) -> list[str]:
    return [name for base in kind.__mro__ for name, value in vars(base).items() if isinstance(value, property)]


def plain(value: Any) -> Any:
    """*value* in dicts, lists, numbers and texts: a dataclass as a dict of its fields and properties."""
    if is_dataclass(value) and not isinstance(value, type):
        return _items(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value

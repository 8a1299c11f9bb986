"""Categories: what the name of an attribute says about the bytes behind it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from typing import Final

OBJECTS: Final = "python objects"
OTHER: Final = "other"
"""Categories of what no name matched: objects themselves, and buffers of arrays."""


class Categories:
    """A table from patterns of names (as in a shell, small letters) to categories; the first that matches counts.

    An attribute, or a text key of a dict, gives its category to all that is reached through it. The category None means: not walked, as for
    a reference back to the model.
    """

    def __init__(self, table: Mapping[str, str | None]) -> None:
        self._rules = [(re.compile(fnmatch.translate(pattern)), category) for pattern, category in table.items()]
        self._known: dict[str, tuple[bool, str | None]] = {}

    def of(self, name: str) -> tuple[bool, str | None]:
        """The pair (walked, category) of what has this *name*; (True, None) where the table does not say."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._look_up(name.lower())
        return found

    def sort(self, named: Iterable[tuple[str | None, object]]) -> list[tuple[object, str | None]]:
        """Things with their categories, without those that are not walked. What has a category comes last, and is walked first: a thing
        that is also reached without a name belongs where its name says."""
        found = [(item, *(self.of(name) if name is not None else (True, None))) for name, item in named]
        return sorted(((item, category) for item, walked, category in found if walked), key=lambda one: one[1] is not None)

    def _look_up(self, name: str) -> tuple[bool, str | None]:
        for pattern, category in self._rules:
            if pattern.match(name):
                return category is not None, category
        return True, None


ANY_AGENT = Categories(
    {
        "model": None,
        "*belief*": "beliefs",
        "*histor*": "history",
        "*adapter*": "adapter",
        "*recall*": "recall index",
        "*cache*": "caches",
    }
)
"""For agents that nobody described, by the names that are common. Mesa's agents refer back to their model."""

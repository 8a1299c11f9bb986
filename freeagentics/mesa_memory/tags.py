"""Sets of tags: what memories are found by beside their state."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from freeagentics.arrays import Mask
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.interner import Interner

Tags = str | Iterable[str] | None


def tag_set(tags: Tags) -> frozenset[str]:
    """One tag, several or none as a set. Raises BadInput for what is no text."""
    found = frozenset([tags] if isinstance(tags, str) else tags or ())
    if not all(isinstance(tag, str) for tag in found):
        raise BadInput(f"tags={tags!r}: give a text or several")
    return found


def having(known: Interner, tags: Tags) -> Mask | None:
    """Sets of tags that have all of *tags*, by number; None where none are asked for."""
    wanted = tag_set(tags)
    return np.array([wanted <= one for one in known.values], dtype=np.bool_) if wanted else None

"""Retention: which versions are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from freeagentics.services.agent_state import StateType
from freeagentics.stores.validation import check_int


@dataclass(frozen=True, slots=True)
class Retention:
    """Numbers of versions of each type that are kept beside the newest version; None keeps all.

    One that others on record differ from is kept as long as they are.

    Raises BadInput for a number below 0.
    """

    current: int | None = 16
    checkpoint: int | None = 64
    backup: int | None = None

    def __post_init__(self) -> None:
        for state_type in StateType:
            if (limit := self.limit(state_type)) is not None:
                check_int(f"retention of {state_type}:", limit, low=0)

    def limit(self, state_type: StateType) -> int | None:
        """The number for one type."""
        limit: int | None = getattr(self, state_type.lower())
        return limit


class KeptVersion(NamedTuple):
    """A version before the newest that is kept: its number, its type, and the version that its bytes differ from (0: they are whole)."""

    version: int
    state_type: StateType
    base: int


def retained(kept: Sequence[KeptVersion], retention: Retention) -> tuple[list[KeptVersion], tuple[int, ...]]:
    """Those of *kept*, in rising order, that stay, and the numbers of those that go."""
    stay: set[int] = set()
    for state_type in StateType:
        of_type = [one for one in kept if one.state_type is state_type]
        limit = retention.limit(state_type)
        for one in of_type if limit is None else of_type[len(of_type) - min(limit, len(of_type)) :]:
            stay |= {one.version, one.base}
    return [one for one in kept if one.version in stay], tuple(one.version for one in kept if one.version not in stay)

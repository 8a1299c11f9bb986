"""Vectors of memories, and the contract of stores that search them by likeness."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from freeagentics.arrays import F32
from freeagentics.errors import BadInput

Attributes = Mapping[str, str | int | bool]
"""Attributes of a vector, by name, which a search may ask for."""

_WORD = re.compile("[A-Za-z0-9_.:-]{1,128}")


class VectorEntry(NamedTuple):
    """One vector.

    Attributes:
        agent: whose memory it is of.
        step: of the memory.
        vector: (D,) float32, the same D for all of a run.
        attributes: of the memory, and of the decision that was made with it.
    """

    agent: str
    step: int
    vector: F32
    attributes: Attributes


class Neighbour(NamedTuple):
    """A vector that was found.

    Attributes:
        agent, step: of the memory.
        likeness: cosine of the angle to the vector that was asked about, -1 to 1.
        attributes: as they are kept.
    """

    agent: str
    step: int
    likeness: float
    attributes: Attributes


class Apart(NamedTuple):
    """The steps that are at least *distance* before or after *step*."""

    step: int
    distance: int


class VectorIndex(ABC):
    """Vectors of one run, private by agent: a search is in those of one agent, or of the whole run, which no agent has a right to."""

    @abstractmethod
    def put(self, entries: Sequence[VectorEntry]) -> None:
        """Write vectors over what stands under their agent and step."""

    @abstractmethod
    def describe(self, attributes: Mapping[tuple[str, int], Attributes]) -> None:
        """Write other attributes to vectors, by agent and step; of one that is not there nothing is kept."""

    @abstractmethod
    def nearest(
        self, vector: F32, count: int, *, agent: str | None = None, where: Attributes | None = None, apart: Apart | None = None
    ) -> list[Neighbour]:
        """The *count* vectors most like a vector (D,), the most alike first.

        Args:
            agent: in whose memories; with None in those of the whole run.
            where: attributes that they have, all of these.
            apart: how far their steps are from one.
        """


def checked_where(where: Attributes | None) -> Attributes:
    """The attributes that a search asks for. Raises BadInput where a text is no plain word: a server reads it in an expression."""
    for name, value in (where or {}).items():
        if isinstance(value, str) and not _WORD.fullmatch(value):
            raise BadInput(f"{name} must be a word of letters, digits, _ . : and -, not {value!r}")
    return where or {}

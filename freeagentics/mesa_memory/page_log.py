"""The pages that wait to be written, of one class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagentics.arrays import F32, I64
from freeagentics.journal import BYTES, Kind, Page, pack_arrays
from freeagentics.mesa_memory.lattice import Lattice, narrowed
from freeagentics.mesa_memory.memory_page import Experiences, encode_experiences
from freeagentics.mesa_memory.state_page import States, encode_states


class Outcomes(NamedTuple):
    """Outcomes that came later than their memories, (n,) each."""

    agent: I64
    sequence: I64
    value: F32


class PageLog:
    """States, memories and outcomes of a class since the last pages of it were written.

    Args:
        cohort: number of the class.
    """

    def __init__(self, cohort: int) -> None:
        self._cohort = cohort
        self.states: list[States] = []
        self.made: list[Experiences] = []
        self.outcomes: list[Outcomes] = []
        self._lattices: dict[Kind, Lattice] = {}

    def take(self) -> list[Page]:
        """All of them as pages; nothing waits afterwards."""
        pages = []
        if self.states:
            arrays = encode_states(self.states, self._lattice(Kind.HOST_STATES, self.states[0].values.shape[1]))
            pages.append(self._page(Kind.HOST_STATES, arrays, sum(len(one.agents) for one in self.states)))
        if self.made:
            made = Experiences.joined(self.made)
            arrays = encode_experiences(made, self._lattice(Kind.HOST_MEMORIES, made.values.shape[1]))
            pages.append(self._page(Kind.HOST_MEMORIES, arrays, len(made.agents)))
        if self.outcomes:
            columns = map(np.concatenate, zip(*self.outcomes, strict=True))
            arrays = {name: narrowed(column) for name, column in zip(Outcomes._fields, columns, strict=True)}
            pages.append(self._page(Kind.HOST_OUTCOMES, arrays, len(arrays["value"])))
        self.states, self.made, self.outcomes = [], [], []
        return pages

    def _lattice(self, kind: Kind, columns: int) -> Lattice:
        return self._lattices.setdefault(kind, Lattice(columns))

    def _page(self, kind: Kind, arrays: dict[str, np.ndarray], count: int) -> Page:
        return Page(kind, self._cohort, np.frombuffer(pack_arrays(arrays), BYTES), count=count)

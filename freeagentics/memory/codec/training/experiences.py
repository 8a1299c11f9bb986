"""What a codec is fitted on: experiences of one role, each beside what the market showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.arrays import F32, I32, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.memory.codec.given import BOOK_COLUMNS
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import BOOK, column


@dataclass(frozen=True, slots=True, eq=False)
class Experiences:
    """Experiences of one role, of any number of runs.

    Attributes:
        role: of the agents.
        columns: names of the observation's columns, and of the book's.
        states: (n, 48). shown: the observation of the asset in focus and the book of the desk, (n, columns).
        focus: which asset that is, (n,).
        agent: a number for every agent of every run, (n,). step: when, (n,).
    """

    role: str
    columns: tuple[str, ...]
    states: F32
    shown: F32
    focus: I64
    agent: I64
    step: I32

    def __len__(self) -> int:
        return len(self.states)

    def where(self, chosen: Mask) -> Experiences:
        """Some of them."""
        taken = (self.states[chosen], self.shown[chosen], self.focus[chosen], self.agent[chosen], self.step[chosen])
        return Experiences(self.role, self.columns, *taken)

    def apart(self, every: int, share: float) -> tuple[Experiences, Experiences]:
        """Of most agents the first *share* of their time, and of every *every*-th agent all."""
        last = np.zeros(int(self.agent.max(initial=-1)) + 1, dtype=np.int64)
        np.maximum.at(last, self.agent, self.step)
        left_out = self.agent % every == 0
        return self.where(~left_out & (self.step <= share * last[self.agent])), self.where(left_out)

    @classmethod
    def joined(cls, parts: Sequence[Experiences]) -> Experiences:
        """Several runs as one; columns that a run did not show are zero in it. Raises BadInput unless they are of one role."""
        roles = {part.role for part in parts}
        if len(roles) != 1:
            raise BadInput(f"experiences of one role are needed, these are of {len(roles)}")
        columns = tuple(dict.fromkeys(name for part in parts for name in part.columns))
        offset = np.cumsum([0, *(int(part.agent.max(initial=-1)) + 1 for part in parts)])
        return cls(
            roles.pop(),
            columns,
            np.concatenate([part.states for part in parts]),
            np.concatenate([_spread(part, columns) for part in parts]),
            np.concatenate([part.focus for part in parts]),
            np.concatenate([part.agent + first for part, first in zip(parts, offset, strict=False)]),
            np.concatenate([part.step for part in parts]),
        )


def as_shared(experiences: Experiences, desk: CodecWeights) -> Experiences:
    """Experiences beside the books as a codec of them gives them back: a step is as wide, wherever it lies."""
    shown = experiences.shown.copy()
    for name, shared in zip(BOOK, BOOK_COLUMNS, strict=True):
        place, feature = experiences.columns.index(shared), column(name)
        width = desk.step[feature] / desk.scale[feature]
        shown[:, place] = np.rint((shown[:, place] - desk.center[feature]) / width) * width + desk.center[feature]
    return replace(experiences, shown=shown)


def _spread(part: Experiences, columns: tuple[str, ...]) -> F32:
    shown = np.zeros((len(part), len(columns)), dtype=np.float32)
    shown[:, [columns.index(name) for name in part.columns]] = part.shown
    return shown

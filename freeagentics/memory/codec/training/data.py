"""Training data of a codec: feature vectors of one role with their side information."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.arrays import F32, I32, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.memory.codec.side_information import BOOK_COLUMNS
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import BOOK, column


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Feature vectors of one role, of any number of runs.

    Attributes:
        role: of the agents.
        columns: names of the observation's columns, and of the book's.
        vectors: (n, 48).
        side_information: the observation of the asset in focus and the book of the desk, (n, columns).
        focus: which asset that is, (n,).
        agent: a number for every agent of every run, (n,).
        step: when, (n,).
    """

    role: str
    columns: tuple[str, ...]
    vectors: F32
    side_information: F32
    focus: I64
    agent: I64
    step: I32

    def __len__(self) -> int:
        return len(self.vectors)

    def where(self, chosen: Mask) -> TrainingData:
        """Some of them."""
        taken = (self.vectors[chosen], self.side_information[chosen], self.focus[chosen], self.agent[chosen], self.step[chosen])
        return TrainingData(self.role, self.columns, *taken)

    def apart(self, every: int, share: float) -> tuple[TrainingData, TrainingData]:
        """Of most agents the first *share* of their time, and of every *every*-th agent all."""
        last = np.zeros(int(self.agent.max(initial=-1)) + 1, dtype=np.int64)
        np.maximum.at(last, self.agent, self.step)
        left_out = self.agent % every == 0
        return self.where(~left_out & (self.step <= share * last[self.agent])), self.where(left_out)

    @classmethod
    def joined(cls, parts: Sequence[TrainingData]) -> TrainingData:
        """Several runs as one; columns that a run did not show are zero in it. Raises BadInput unless they are of one role."""
        roles = {part.role for part in parts}
        if len(roles) != 1:
            raise BadInput(f"training data of one role is needed, this is of {len(roles)}")
        columns = tuple(dict.fromkeys(name for part in parts for name in part.columns))
        offset = np.cumsum([0, *(int(part.agent.max(initial=-1)) + 1 for part in parts)])
        return cls(
            roles.pop(),
            columns,
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([_spread(part, columns) for part in parts]),
            np.concatenate([part.focus for part in parts]),
            np.concatenate([part.agent + first for part, first in zip(parts, offset, strict=False)]),
            np.concatenate([part.step for part in parts]),
        )


def as_shared(data: TrainingData, desk: CodecWeights) -> TrainingData:
    """Feature vectors beside the books as a codec of them gives them back: a step is as wide, wherever it lies."""
    side_information = data.side_information.copy()
    for name, shared in zip(BOOK, BOOK_COLUMNS, strict=True):
        place, feature = data.columns.index(shared), column(name)
        width = desk.step[feature] / desk.scale[feature]
        side_information[:, place] = np.rint((side_information[:, place] - desk.center[feature]) / width) * width + desk.center[feature]
    return replace(data, side_information=side_information)


def _spread(part: TrainingData, columns: tuple[str, ...]) -> F32:
    side_information = np.zeros((len(part), len(columns)), dtype=np.float32)
    side_information[:, [columns.index(name) for name in part.columns]] = part.side_information
    return side_information

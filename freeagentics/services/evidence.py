"""Evidence: situations in order of time, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.errors import BadInput
from freeagentics.services.decision_record import DecisionRecord

Column = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Situations and their outcomes, a row each.

    Attributes:
        times: int64 (N,), not falling; of the situation.
        success: bool (N,).
        size: float64 (N,), how much came of it.
        horizon: time after a situation at which its outcome is known: outcomes of rows that are nearer than that overlap.
        features: float64 (N,) by name; a threshold on nan is never met.
        contexts: text (N,) by name.

    Raises BadInput where lengths differ, times fall, or the horizon is below 1.
    """

    times: Column
    success: Column
    size: Column
    horizon: int
    features: Mapping[str, Column] = field(default_factory=dict)
    contexts: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {"success": self.success, "size": self.size, **self.features, **self.contexts}
        for name, column in columns.items():
            if len(column) != len(self.times):
                raise BadInput(f"evidence: {name} has {len(column)} rows, times {len(self.times)}")
        if (np.diff(self.times) < 0).any():
            raise BadInput("evidence: times fall; sort the rows by time")
        if self.horizon < 1:
            raise BadInput(f"evidence: horizon {self.horizon} must be at least 1")

    def __len__(self) -> int:
        return len(self.times)

    def rows(self, chosen: Column | slice) -> Evidence:
        """These rows: a slice, or a mask (N,)."""
        return Evidence(
            self.times[chosen],
            self.success[chosen],
            self.size[chosen],
            self.horizon,
            {name: column[chosen] for name, column in self.features.items()},
            {name: column[chosen] for name, column in self.contexts.items()},
        )

    def between(self, low: int | None, high: int | None) -> Evidence:
        """Rows from time *low* on whose outcomes are known before *high*."""
        mask = np.ones(len(self), bool)
        if low is not None:
            mask &= self.times >= low
        if high is not None:
            mask &= self.times + self.horizon <= high
        return self.rows(mask)

    def parts(self, *shares: float) -> list[Evidence]:
        """Parts in order of time, of these shares of the whole span; no outcome reaches into the next part."""
        if not len(self):
            return [self for _ in shares]
        first, last = int(self.times[0]), int(self.times[-1]) + self.horizon
        bounds = [first + round((last - first) * share) for share in np.cumsum([0.0, *shares])]
        return [self.between(low, high) for low, high in pairwise(bounds)]

    def apart(self, mask: Column) -> Column:
        """Indices of rows of a mask (N,) whose outcomes do not overlap: the first, and then each that begins after the one before ended."""
        chosen, free = [], None
        for index in np.flatnonzero(mask).tolist():
            if free is None or self.times[index] >= free:
                chosen.append(index)
                free = self.times[index] + self.horizon
        return np.array(chosen, np.int64)

    @classmethod
    def of_decisions(cls, decisions: Iterable[DecisionRecord], horizon: int, *, size: str = "reward") -> Evidence:
        """Decisions whose outcome is known: numbers of their context and scores are features, texts are contexts, by path.

        Args:
            decisions: in any order.
            horizon: time in ms after a decision at which its outcome is known.
            size: number of an outcome that says how much came of it; without one it is 1 or 0.
        """
        known = sorted((one for one in decisions if one.outcome is not None), key=lambda one: (one.timestamp, one.agent_id))
        leaves = [dict(_leaves("", {"context": one.context, "scores": one.reasoning.get("scores", {})})) for one in known]
        names = sorted({(name, isinstance(value, str)) for row in leaves for name, value in row.items()})
        success = np.array([one.success for one in known], bool)
        return cls(
            np.array([one.timestamp for one in known], np.int64),
            success,
            np.array([float((one.outcome or {}).get(size, bool(one.success))) for one in known], np.float64),
            horizon,
            {name: _numbers(name, leaves) for name, text in names if not text},
            {name: np.array([row[name] if isinstance(row.get(name), str) else "" for row in leaves], str) for name, text in names if text},
        )


def _leaves(path: str, value: Any) -> Iterator[tuple[str, float | str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not str(name).endswith("_id"):
                yield from _leaves(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield path, value


def _numbers(name: str, leaves: list[dict[str, float | str]]) -> Column:
    given = (row.get(name) for row in leaves)
    return np.array([np.nan if value is None or isinstance(value, str) else value for value in given], np.float64)

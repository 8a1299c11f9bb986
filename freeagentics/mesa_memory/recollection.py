"""Recollections: memories as they are handed to whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray

if TYPE_CHECKING:
    from freeagentics.mesa_memory.class_memory import ClassMemory
    from freeagentics.mesa_memory.interner import Interner


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory that was recalled.

    Attributes:
        number: of the memory among those of its agent; `AgentMemory.outcome` takes it.
        step: of the model when it was made, the last of them where several became one.
        time: of the model then; below 0 in an earlier run that memories are from.
        age: time since then.
        relevance: likeness times recency, in 0..1.
        action: done then, or None.
        outcome: of it, the mean of `evidence` memories; None where there is none yet.
        tags: given with it.
        state: of the agent then, by name; numbers as finely as a byte tells them apart in the range that was seen.
        evidence: memories that became this one.
    """

    number: int
    step: int
    time: float
    age: float
    relevance: float
    action: Any
    outcome: float | None
    tags: frozenset[str]
    state: Mapping[str, Any]
    evidence: int

    @classmethod
    def all_of(
        cls, of: ClassMemory, entries: AnyArray, relevance: AnyArray, now: float, actions: Interner, tags: Interner
    ) -> list[Recollection]:
        """Entries (k,) of a class's memories, those that are relevant."""
        found = entries[relevance > 0]
        names = ("sequence", "step", "time", "action", "outcome", "tags", "evidence")
        states = of.block.ranges.values(found["levels"])
        rows = zip(relevance.tolist(), states, *(found[name].tolist() for name in names), strict=False)
        return [
            cls(
                number=number,
                step=step,
                time=time,
                age=now - time,
                relevance=relevant,
                action=actions.values[action],
                outcome=None if outcome != outcome else outcome,
                tags=tags.values[tagged],
                state=of.reader.values(state),
                evidence=evidence,
            )
            for relevant, state, number, step, time, action, outcome, tagged, evidence in rows
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Recollections:
    """Memories recalled for many agents: n agents, up to k memories each, best first.

    Attributes:
        relevance: (n, k) float32; 0 where there is none.
        number: of each memory among those of its agent, (n, k); -1 where there is none.
        step: (n, k) int32. age: time since, (n, k).
        action: (n, k) objects, None where there is none.
        outcome: (n, k) float32, NaN where there is none.
        evidence: memories that became each, (n, k).
    """

    relevance: AnyArray
    number: I64
    step: AnyArray
    age: F64
    action: AnyArray
    outcome: AnyArray
    evidence: AnyArray

    def mean_outcome(self) -> F64:
        """Mean outcome of each agent's memories by relevance, (n,); NaN where none has an outcome."""
        weight = np.where(np.isnan(self.outcome), 0, self.relevance).astype(np.float64)
        total = weight.cumsum(axis=1)[:, -1]
        summed = (weight * np.nan_to_num(self.outcome)).cumsum(axis=1)[:, -1]
        return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)

"""Pages of memories and of their outcomes: columns, agent by agent, coded as what is left of the agent's memory before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.mesa_memory.lattice import Lattice, narrowed


@dataclass(frozen=True, slots=True, eq=False)
class Experiences:
    """Memories of agents of one class as they were made; n of them.

    Attributes:
        agents: numbers of the agents, (n,).
        sequence: the number of each among the memories of its agent, (n,).
        step: of the model, (n,).
        time: of the model, (n,).
        action: numbers of actions, (n,).
        tags: numbers of sets of tags, (n,).
        outcome: (n,) float32; NaN where there was none yet.
        values: states, (n, C).
    """

    agents: I64
    sequence: I64
    step: I64
    time: F64
    action: AnyArray
    tags: AnyArray
    outcome: AnyArray
    values: F64

    def take(self, order: I64) -> Experiences:
        """Some of them, in an order."""
        return Experiences(*(getattr(self, name)[order] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: Sequence[Experiences]) -> Experiences:
        """Several one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


def encode_experiences(made: Experiences, lattice: Lattice) -> dict[str, AnyArray]:
    """Named arrays of a page."""
    made = made.take(np.argsort(made.agents, kind="stable"))
    states = np.ascontiguousarray(made.values.T)
    gone = np.isnan(states)
    lattice.fit(states)
    arrays = {
        "agent": np.diff(made.agents, prepend=0),
        "sequence": np.diff(made.sequence, prepend=0) - 1,
        "unit": lattice.unit,
        "step": np.diff(made.step, prepend=0),
        "time": made.time - made.step,
        **{name: getattr(made, name) for name in ("action", "tags", "outcome")},
        **{f"column{place}": column for place, column in enumerate(np.diff(lattice.levels(states, gone), prepend=0))},
    }
    if gone.any():
        arrays["missing"] = np.packbits(gone.T)
    return {name: narrowed(array) for name, array in arrays.items()}


def decode_experiences(arrays: Mapping[str, AnyArray]) -> Experiences:
    """The memories of a page, agent by agent. Raises CorruptRecord where the arrays do not belong together."""
    try:
        agents, step = (arrays[name].astype(np.int64).cumsum() for name in ("agent", "step"))
        sequence = (arrays["sequence"].astype(np.int64) + 1).cumsum()
        unit = arrays["unit"]
        columns = [arrays[f"column{place}"].astype(np.int64).cumsum() for place in range(len(unit))]
        values = np.stack(columns, axis=1) * np.where(unit == 0, 1.0, unit)
        if "missing" in arrays:
            gone = np.unpackbits(arrays["missing"], count=values.size).reshape(values.shape)
            values[gone.astype(np.bool_)] = np.nan
        action, tags, outcome = (arrays[name] for name in ("action", "tags", "outcome"))
        made = Experiences(agents, sequence, step, arrays["time"] + step, action, tags, outcome, values)
        if {len(getattr(made, name)) for name in made.__slots__} != {len(agents)}:
            raise ValueError("columns of several lengths")
    except (KeyError, ValueError, TypeError) as error:
        raise CorruptRecord(f"page of memories whose arrays do not belong together: {error}") from error
    return made

"""Suggestions for holding the same in fewer bytes: found by doing so, with copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.mind import BeliefCompressor, CompressedHistory
from freeagentics.runtime.lean.bounded_cache import CACHE_BYTES, plain_size
from freeagentics.runtime.measuring.footprint import deep_size
from freeagentics.runtime.measuring.report import Report
from freeagentics.runtime.measuring.traverse import attributes

_LEAST = 4096
_SPARSE = 0.9
_LONG = 10_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion about one attribute; bytes that it holds now, and that it would hold then."""

    attribute: str
    held: int
    would_hold: int
    advice: str

    def __str__(self) -> str:
        return f"{self.attribute}: {self.held / 1024:,.0f} KB would be {self.would_hold / 1024:,.0f} KB; {self.advice}"


@dataclass(frozen=True, eq=False, repr=False)
class Advice(Report):
    """Suggestions about one agent.

    Attributes:
        held_mb: what it holds now.
        suggestions: what saves most comes first.
    """

    agent_id: str
    held_mb: float
    suggestions: tuple[Suggestion, ...]


def suggest(agent: object, others: Sequence[object]) -> list[Suggestion]:
    """Suggestions for the attributes of an agent, what saves most first. *others* are agents it could share arrays with."""
    found = [made for name, value in attributes(agent) for made in _for_attribute(name, value, others)]
    return sorted((made for made in found if made.would_hold < made.held), key=lambda made: made.would_hold - made.held)


def suggest_bounds(agent: object) -> list[Suggestion]:
    """Suggestions for an agent's dicts that are called caches, and keep all that is put into them."""
    return [made for name, value in attributes(agent) if (made := _for_cache(name, value)) is not None]


def _for_attribute(name: str, value: object, others: Sequence[object]) -> Iterator[Suggestion]:
    held = deep_size([value]).total
    if held < _LEAST:
        return
    if isinstance(value, np.ndarray):
        yield from _for_array(name, value, held, others)
    elif (cache := _for_cache(name, value)) is not None:
        yield cache
    elif isinstance(value, list):
        yield from _for_list(name, value, held)


def _for_cache(name: str, value: object) -> Suggestion | None:
    if type(value) is not dict or "cache" not in name.lower() or (held := plain_size(value)) < _LEAST:
        return None
    advice = f"if its {len(value):,} entries can be computed again, name it when the agent is registered: caches=('{name}',) bounds it"
    return Suggestion(name, held, min(held // 2, CACHE_BYTES), advice)


def _for_array(name: str, value: AnyArray, held: int, others: Sequence[object]) -> Iterator[Suggestion]:
    twins = sum(1 for other in others if _is_twin(value, dict(attributes(other)).get(name)))
    if twins:
        yield Suggestion(name, held, held // (twins + 1), f"{twins:,} others hold an equal array of their own: share one")
    elif value.dtype in (np.float32, np.float64):
        zeros = 1 - np.count_nonzero(value) / value.size
        if zeros >= _SPARSE:
            with np.errstate(over="ignore"):
                sparse = deep_size([BeliefCompressor().compress(value.astype(np.float32), _SPARSE)]).total
            yield Suggestion(name, held, sparse, f"{zeros:.0%} of it are zeros: hold it as a LazyBeliefArray, in float32")
        elif value.itemsize == 8:
            yield Suggestion(name, held, held // 2, "hold it in float32, where seven digits are enough")


def _is_twin(value: AnyArray, other: object) -> bool:
    if not isinstance(other, np.ndarray) or other is value or np.may_share_memory(other, value):
        return False
    return other.dtype == value.dtype and np.array_equal(other, value)


def _for_list(name: str, value: list[object], held: int) -> Iterator[Suggestion]:
    history = CompressedHistory(max_size=None)
    try:
        history.extend(value[-_LONG:])
    except BadInput:
        return  # Not plain data: a history cannot hold it.
    packed = history.get_size_bytes() * max(len(value) // _LONG, 1)
    yield Suggestion(name, held, packed, f"{len(value):,} entries: keep them in a CompressedHistory")

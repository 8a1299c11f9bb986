"""The difference of two states of a run in words: what an agent believed, weighed, remembered and heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from freeagentics.agents.row_state import CELLS, RECORDS
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.mind import REGIMES
from freeagentics.services import AgentState, PartDifference, differences

_ARRAYS = "arrays/"


@dataclass(frozen=True, slots=True)
class StateSection:
    """A group of parts of a state, some of which differ.

    Attributes:
        title: of the group.
        summary: how it differs, in words; empty where only its parts tell.
        parts: those that differ.
    """

    title: str
    summary: str
    parts: tuple[PartDifference, ...]


def state_sections(before: AgentState, after: AgentState) -> list[StateSection]:
    """The parts that differ between two states of one agent, or of one run, by what they are for. None where nothing does."""
    grouped: dict[str, list[PartDifference]] = {}
    for one in differences(before.parts(), after.parts()):
        name = one.name.removeprefix(_ARRAYS)
        title = name.partition("/")[0] if before.agent_id is None else _title(name)
        grouped.setdefault(title, []).append(one)
    order = [*_TITLES, *sorted(grouped.keys() - _TITLES.keys())]
    return [StateSection(title, _summary(title, before, after), tuple(grouped[title])) for title in order if title in grouped]


def _title(name: str) -> str:
    return next((title for title, (prefixes, _) in _TITLES.items() if name.startswith(prefixes)), "its role's own numbers")


def _summary(title: str, before: AgentState, after: AgentState) -> str:
    if before.agent_id is None or title not in _TITLES:
        return ""
    return "; ".join(_TITLES[title][1](before, after))


def _belief(before: AgentState, after: AgentState) -> Iterator[str]:
    apart = np.abs(after.arrays[CELLS] - before.arrays[CELLS]).sum(axis=(1, 2)) / 2
    yield f"{apart.mean():.0%} of its probability lies in other states of the market"
    regimes = [state.arrays["belief.regimes"].mean(axis=0).tolist() for state in (before, after)]
    yield ", ".join(f"{name} {one:.2f} to {other:.2f}" for name, one, other in zip(REGIMES, *regimes, strict=True))


def _weights(before: AgentState, after: AgentState) -> Iterator[str]:
    names = [name for name in after.arrays if name.endswith((".weight", ".credence"))]
    for word in ("weight", "credence"):
        pairs = [(before.arrays[name], after.arrays[name]) for name in names if name.endswith(f".{word}")]
        changed = sum(int((one != other).sum()) for one, other in pairs)
        largest = max((float(np.abs(other - one).max()) for one, other in pairs if one.size), default=0.0)
        yield f"{changed} of {sum(one.size for one, _ in pairs)} {word}s changed" + (f", by up to {largest:.3g}" if changed else "")


def _memories(before: AgentState, after: AgentState) -> Iterator[str]:
    held = [set(state.arrays["index.step"][state.arrays["index.step"] >= 0].tolist()) for state in (before, after)]
    yield f"{len(held[1] - held[0])} new, {len(held[0] - held[1])} gone, {len(held[0] & held[1])} in both"
    for word, steps in zip(("before", "after"), held, strict=True):
        if steps:
            yield f"{word}: of steps {min(steps)} to {max(steps)}"


def _heard(before: AgentState, after: AgentState) -> Iterator[str]:
    changed = np.flatnonzero(before.arrays["heard.number"] != after.arrays["heard.number"])
    if changed.size:
        yield f"another {', '.join(SignalKind(kind).name for kind in changed.tolist())}"


def _records(before: AgentState, after: AgentState) -> Iterator[str]:
    yield f"{len(before.arrays[RECORDS])} steps before, {len(after.arrays[RECORDS])} after"


Summary = Callable[[AgentState, AgentState], Iterator[str]]
_TITLES: dict[str, tuple[tuple[str, ...], Summary]] = {
    "belief": (("belief.",), _belief),
    "weights": (("faculties.", "patterns.", "recollection.", "advisers.", "readings."), _weights),
    "memories": (("index.",), _memories),
    "signals heard": (("heard.",), _heard),
    "history of its actions": (("history.",), _records),
    "decisions whose outcome is pending": (("pending.",), lambda before, after: iter(())),
    "state that its role declares": (("user_state",), lambda before, after: iter(())),
}
"""By title: how names of its arrays begin, and how it is summed up."""

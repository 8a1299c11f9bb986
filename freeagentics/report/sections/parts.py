"""Forecasts with memories, signals and sources, and without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from freeagentics.report.aggregates.comparison import Comparison
from freeagentics.report.aggregates.estimate import Interval
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

_TITLE = "What memories, signals and sources did"

_MEANING = (
    "Each forecast that a part moved, with it and had that part been left out of the same forecast; squared errors in squared standard "
    "deviations of returns over the horizon. Saved: how much smaller the part made the error, and its 95 % interval, by a bootstrap over "
    "blocks of time. Signs: forecasts that the part turned from a fall to a rise or back, and how many of them turned the right way. "
    "A run without a part may differ otherwise: freeagentics ablate tells."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the forecasts of a role.

    Attributes:
        kind: ``memories``, ``signals`` or ``source``.
        name: of the part.
        role: whose forecasts.
        moved: how many it moved.
        error: their mean squared error.
        saved: mean by which it made that smaller.
        flipped: forecasts whose sign it turned.
        righted: those of them that it turned the right way.
    """

    kind: str
    name: str
    role: str
    moved: int
    error: float
    saved: Interval
    flipped: int
    righted: int


def parts_of(facts: Facts) -> Iterator[Part]:
    """All parts of all roles: memories, then signals, then sources."""
    for one in facts.forecasts:
        yield _part("memories", "memories", facts.context.team[one.role], one.memories)
    for one in facts.forecasts:
        for kind, comparison in one.signals.items():
            yield _part("signals", f"{humanize(kind)} signals", facts.context.team[one.role], comparison)
    for usage, errors in zip(facts.source_usage, facts.source_errors, strict=True):
        for place, name in enumerate(usage.sources):
            moved, turned = int(errors.moved[:, place].sum()), (int(errors.flipped[place]), int(errors.righted[place]))
            yield Part("source", name, facts.context.team[usage.role], moved, errors.error(place).value, errors.saving(place), *turned)


def _part(kind: str, name: str, role: str, found: Comparison) -> Part:
    return Part(kind, name, role, int(found.moved.sum()), found.error, found.reduction, found.flipped, found.righted)


def parts(facts: Facts) -> Section:
    """The table of all parts, and which of them helped."""
    found = list(parts_of(facts))
    if not found:
        return Section("parts", _TITLE, (paragraph("No role of this run forecasts returns."),))
    heads = ("Part", "Of forecasts of", "Moved", "Sq. error without", "with", "Saved, 95 % interval", "Signs turned", "rightly")
    told = table("Forecasts with and without a part", heads, list(map(_row, found)), words=2)
    return Section("parts", _TITLE, (paragraph(*_memories(found), _finding(found)), told, paragraph(_MEANING)))


def _memories(found: list[Part]) -> Iterator[str]:
    moved = [part for part in found if part.kind == "memories" and part.moved]
    if not moved:
        yield "Memories moved no forecast whose outcome is known: they had not proved more likely than not to tell of returns."
    for part in moved:
        yield f"Memories moved {count(part.moved)} forecasts of {humanize(part.role)}s, which were {_how(part.saved)}."


def _how(saved: Interval) -> str:
    if saved.low > 0:
        return "made better"
    return "made worse" if saved.high < 0 else "made neither better nor worse by more than chance explains"


def _finding(found: list[Part]) -> str:
    others = [part for part in found if part.kind != "memories"]
    helped = [f"{part.name} ({humanize(part.role)}s)" for part in others if part.saved.low > 0]
    hurt = [f"{part.name} ({humanize(part.role)}s)" for part in others if part.saved.high < 0]
    if not helped and not hurt:
        return "No signal and no source made forecasts better or worse by more than chance explains."
    return " ".join(f"Forecasts were {how} for {listing(names)}." for how, names in (("better", helped), ("worse", hurt)) if names)


def _row(part: Part) -> tuple[str, ...]:
    saved = part.saved
    ends = f" ({number(saved.low, 3, signed=True)} to {number(saved.high, 3, signed=True)})" if saved.low == saved.low else ""
    return (
        part.name,
        humanize(part.role),
        count(part.moved),
        number(part.error + saved.value, 3),
        number(part.error, 3),
        f"{number(saved.value, 3, signed=True)}{ends}",
        count(part.flipped),
        count(part.righted),
    )

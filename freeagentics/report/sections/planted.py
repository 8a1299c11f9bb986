"""Planted events: whether desks learned to foresee them, and by when."""

from __future__ import annotations

from freeagentics.report.aggregates.planted import RECENT
from freeagentics.report.charts.planted import draw_planted
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart

_MEANING = (
    "An event is a bar at whose close it could be known that a rise, or a fall, was planted to follow: a pump's conditions held, whether "
    "it came or not, or a motif was complete. A desk foresaw it where one of its forecasters then expected what was planted. Elsewhere: "
    "the share of desks that expected anything, of either sign, at all other bars. Learned: from there on at least half of the desks "
    f"foresaw the last {RECENT} events."
)


def planted(facts: Facts) -> Section | None:
    """Dots by event and what they say; None where nothing is planted that could be foreseen."""
    found = facts.planted
    if not len(found.step):
        return None
    finding = learned(facts)
    caption = f"Dots: desks that foresaw each event. Line: mean over it and the {RECENT - 1} before it. Dashed: elsewhere."
    return Section(
        "planted",
        "What was planted, and learned",
        (paragraph(finding), chart(draw_planted(facts), "planted-chart", finding, caption), paragraph(_MEANING)),
    )


def learned(facts: Facts) -> str:
    """Say by when desks had learned what is planted, in two sentences."""
    found, events = facts.planted, count(len(facts.planted.step), "planted event")
    late = f"The last {count(min(RECENT, len(found.step)))} were foreseen by {percent(float(found.recent[-1]), 0)} of the desks"
    beside = f"{late}; elsewhere {percent(found.elsewhere, 0)} expected anything."
    if found.learned is None:
        return f"Of {events} desks did not learn to foresee most. {beside}"
    step = int(found.step[found.learned])
    when = f"step {count(step)} ({facts.context.moment(step)}), after {count(found.learned, 'event')}"
    return f"Of {events} desks foresaw most from {when}. {beside}"

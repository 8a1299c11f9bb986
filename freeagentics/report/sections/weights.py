"""Weights of faculties, as outcomes taught them."""

from __future__ import annotations

from collections.abc import Iterator

from freeagentics.report.charts.weights import draw_weights, weighing
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

_TITLE = "Weights of faculties"

GIVEN = ("hunters", "analyzers")
"""Faculties that have a weight from the start."""

_MEANING = (
    "A forecast is a sum of what the belief implies, what sources say, and what memories tell, each times a weight; an optimizer's view "
    "is the sum of the forecasts it hears and its memories, weighed likewise. Outcomes set the weights. Belief, sources and memories "
    "weigh nothing until they are more likely than not to tell of returns; a forecast of a hunter or analyzer starts at 1 and is "
    "multiplied by less where it proves wrong. A source has two weights, for what it says of rises and of falls."
)


def weights(facts: Facts) -> Section:
    """Their means over time, and how long each was heard."""
    roles = weighing(facts)
    if not roles:
        return Section("weights", _TITLE, (paragraph(_MEANING, "No faculty had a weight at any step, or none is on record."),))
    finding = _finding(facts)
    caption = (
        "Lines: mean over the agents of a role; bands: a standard deviation between them to either side. What has no line had no weight."
    )
    heads = ("Role", "Faculty", "Steps with a weight", "Mean then", "Spread then", "Mean at the end")
    return Section(
        "weights",
        _TITLE,
        (
            paragraph(finding),
            paragraph(_MEANING),
            chart(draw_weights(facts), "weights-chart", finding, caption),
            table(
                "Weights by role and faculty, of those that had one; means over agents, and standard deviations between them",
                heads,
                list(_rows(facts)),
                words=2,
            ),
        ),
    )


def _finding(facts: Facts) -> str:
    """Faculties that earned a weight, by role, and how many did not; advisers have one from the start."""
    earned, silent = [], 0
    for curves in facts.weights:
        mine = [place for place, name in enumerate(curves.names) if name not in GIVEN]
        heard = [curves.names[place].replace(", ", " ") for place in mine if place in curves.heard()]
        silent += len(mine) - len(heard)
        earned += [f"by {listing(heard)} of {humanize(facts.context.team[curves.role])}s"] if heard else []
    if not earned:
        return "No faculty that has to earn its weight had one at any step."
    return f"Weights were earned {'; '.join(earned)}. {count(silent, 'faculty', 'faculties')} never had one."


def _rows(facts: Facts) -> Iterator[tuple[str, ...]]:
    for curves in facts.weights:
        for place in curves.heard():
            then = curves.mean[:, place] != 0
            mean, spread = (float(values[then, place].mean()) for values in (curves.mean, curves.spread))
            yield (
                facts.context.team[curves.role],
                curves.names[place],
                f"{count(int(then.sum()))} ({percent(float(then.mean()), 0)})",
                number(mean),
                number(spread, 3),
                number(float(curves.mean[-1, place])),
            )

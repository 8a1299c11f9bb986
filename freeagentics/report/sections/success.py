"""Success of decisions by role, context and time, and what it costs to keep such records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from freeagentics.arrays import Mask
from freeagentics.evaluation.run_load import run_cost
from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, humanize, number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

QUARTERS = 4

_TITLE = "Success of decisions, and the cost of keeping them"

_MEANING = (
    "A decision succeeds where its reward is above zero; one to wait, or without a stance, does not. Behind each share is its standard "
    "error, by a jackknife over blocks of time. Contexts are those of the first asset. By source: see what sources were worth."
)


def success(facts: Facts) -> Section:
    """Shares by role, in each context and quarter of the run; and costs by store."""
    heads = ("When", *(humanize(role) for role in facts.context.team))
    rows = [(name, *(_share(facts.contribution.success(role, steps)) for role in range(len(heads) - 1))) for name, steps in _groups(facts)]
    told = table("Share of decisions that succeeded, of those whose outcome is known", heads, rows)
    speed = facts.context.record.summary.step_ms_per_agent
    latency = f"A decision took {number(1000 * speed, 1)} µs, all that an agent does in a step included."
    return Section("success", _TITLE, (paragraph(latency), told, paragraph(_MEANING), *_costs(facts)))


def _groups(facts: Facts) -> Iterator[tuple[str, Mask]]:
    steps = facts.context.steps
    yield "all", np.ones(steps, bool)
    for name, texts in facts.contexts.items():
        for text in dict.fromkeys(texts.tolist()):
            yield f"{humanize(name)} {text}", texts == text
    quarter = np.arange(steps) * QUARTERS // steps
    for place in range(QUARTERS):
        yield f"quarter {place + 1} of the run", quarter == place


def _share(found: Estimate) -> str:
    error = f" ± {percent(found.error)}" if np.isfinite(found.error) else ""
    return f"{percent(found.value)}{error}"


def _costs(facts: Facts) -> Iterator[Html]:
    if facts.context.steps < 2:
        return
    rows = [
        (store, way, number(kept / 1e9, 2), dollars(storage), dollars(requests), dollars(total))
        for store, way, kept, storage, requests, total in run_cost(facts.context.record).iter_rows()
    ]
    days = "90 days of decisions and a year of memories"
    caption = f"Cost a month of {count(int(facts.context.agents.sum()), 'agent')}, USD at list prices, once {days} are kept"
    yield table(caption, ("Store", "Way", "GB", "Storage", "Requests", "Total"), rows, words=2)
    yield paragraph("Sizes and prices are those of freeagentics analytics --cost, which takes prices of your own.")

"""Sources from reading to profit: what was read, what it did for forecasts, what was traded upon it, and what that earned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from freeagentics.market import CENTS
from freeagentics.report.aggregates.contributions import SourceErrors
from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.aggregates.source_usage import SourceUsage, spent
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import UNKNOWN, count, dollars, humanize, listing, number, percent, usd
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

_TITLE = "Sources, from reading to profit"

NORMAL = 1.959964
"""Half of a 95 % interval, in standard errors."""

_FORECASTS = (
    "Forecasts moved: those to which the source contributed and whose outcome is known. Squared error: of these, in squared standard "
    "deviations of returns over the horizon; without: had the source's contribution been left out of the same forecast. Difference: "
    "without less with, and its 95 % interval, by a jackknife over blocks of time."
)

_TRADES = (
    "Desks hold their neutral weights, within their limits, where they have no view. What they hold beside them gains and loses with "
    "prices, and costs fees; both, and turnover, are attributed to those parts of the optimizer's view that point the way of this "
    "active position, in proportion to their sizes; a view that has ended counts for its horizon. Fees of moves that no view asked for, "
    "and gains of positions that were left, are of none. This says which words were followed and what came of it. What desks would have "
    "made without a source only a pair of runs tells: freeagentics ablate."
)


@dataclass(frozen=True, slots=True)
class Chain:
    """A source on the way from reading to profit; money in USD, the mean over desks."""

    role: str
    source: str
    read: float
    paid: float
    moved: int
    error: Estimate
    reduction: Estimate
    turnover: float
    gain: float
    fees: float

    @property
    def net(self) -> float:
        """Gain less fees and what the source cost."""
        return self.gain - self.fees - self.paid


def chains_of(facts: Facts) -> list[Chain]:
    """Every source that is on sale, by the role that watches it."""
    return [
        _chain(facts, usage, errors, place)
        for usage, errors in zip(facts.source_usage, facts.source_errors, strict=True)
        for place in range(len(usage.sources))
    ]


def _chain(facts: Facts, usage: SourceUsage, errors: SourceErrors, place: int) -> Chain:
    gain, fees, turnover = (float(values.mean()) for values in facts.attribution.of(usage.role, usage.sources[place]))
    return Chain(
        role=facts.context.team[usage.role],
        source=usage.sources[place],
        read=float(usage.share()[place]),
        paid=float(spent(usage)[place]) / CENTS / facts.context.desks,
        moved=int(errors.moved[:, place].sum()),
        error=errors.error(place),
        reduction=errors.reduction(place),
        turnover=turnover,
        gain=gain,
        fees=fees,
    )


def value(facts: Facts) -> Section:
    """The chain of each source, and the perfect trader beside it."""
    found = chains_of(facts)
    if not found:
        return Section("value", _TITLE, (paragraph("No role of this run chooses among sources."),))
    return Section(
        "value",
        _TITLE,
        (
            paragraph(_finding(found), _perfect(facts, found)),
            table(
                "From reading to forecasting, by source",
                ("Source", "Role", "Read", "Paid, USD a desk", "Forecasts moved", "Sq. error with", "without", "Difference"),
                list(map(_forecast_row, found)),
                words=2,
            ),
            paragraph(_FORECASTS),
            *_earned(facts, found),
        ),
    )


def _finding(found: list[Chain]) -> str:
    helped = [chain for chain in found if chain.reduction.value > NORMAL * chain.reduction.error]
    if not any(chain.moved for chain in found):
        return "No source moved a forecast whose outcome is known: none was heard."
    if not helped:
        return "For no source is the squared error of the forecasts that it moved smaller by more than chance explains."
    return f"Forecasts were better, by more than chance explains, for what was read of {listing([chain.source for chain in helped])}."


def _perfect(facts: Facts, found: list[Chain]) -> str:
    if isnan(facts.perfect):
        return ""
    earned = facts.perfect * facts.context.scenario.market.cash
    net = sum(chain.net for chain in found)
    share = f": {percent(net / earned)} of that" if earned > 0 and facts.attribution.possible else ""
    brought = (
        f" All sources together brought a desk {usd(net, signed=True)}, net of fees and cost{share}." if facts.attribution.possible else ""
    )
    return (
        "A perfect trader of what is planted, all in for a horizon after each bar at which a pump's conditions held, "
        "or a motif or an opening ended that foretells a rise, and in cash otherwise, "
        f"would have earned {usd(earned, signed=True)} after fees.{brought}"
    )


def _forecast_row(chain: Chain) -> tuple[str, ...]:
    error, reduction = chain.error.value, chain.reduction
    return (
        chain.source,
        humanize(chain.role),
        percent(chain.read),
        dollars(chain.paid),
        count(chain.moved),
        number(error),
        number(error + reduction.value),
        _interval(reduction),
    )


def _interval(found: Estimate) -> str:
    if isnan(found.error):
        return number(found.value, signed=True)
    low, high = (found.value + way * NORMAL * found.error for way in (-1, 1))
    return f"{number(found.value, signed=True)} ({number(low, signed=True)} to {number(high, signed=True)})"


def _earned(facts: Facts, found: list[Chain]) -> tuple[Html, ...]:
    if not facts.attribution.possible:
        return (paragraph("Desks of this run have no portfolio optimizer whose views what was traded could be attributed to."),)
    heads = ("Part of the view", "Role", "Turnover", "Gain", "Fees", "Paid", "Net")
    rows = [*_part_rows(facts, found), *_other_rows(facts)]
    return (table("From trading to profit, by part of the view; USD a desk", heads, rows, words=2), paragraph(_TRADES))


def _part_rows(facts: Facts, found: list[Chain]) -> Iterator[tuple[str, ...]]:
    for chain in found:
        yield chain.source, humanize(chain.role), *_money(chain.turnover, chain.gain, chain.fees, chain.paid)


def _other_rows(facts: Facts) -> Iterator[tuple[str, ...]]:
    """Belief and memories, where anything is theirs, and what is of none."""
    attribution, sources = facts.attribution, {(usage.role, name) for usage in facts.source_usage for name in usage.sources}
    for place, (role, name) in enumerate(attribution.parts):
        if (role, name) not in sources and attribution.turnover[:, place].any():
            yield name, humanize(facts.context.team[role]), *_row_of(facts, place)
    yield "none", UNKNOWN, *_row_of(facts, -1)


def _row_of(facts: Facts, place: int) -> tuple[str, ...]:
    found = facts.attribution
    turnover, gain, fees = (float(values[:, place].mean()) for values in (found.turnover, found.gains, found.fees))
    return _money(turnover, gain, fees, 0.0)


def _money(turnover: float, gain: float, fees: float, paid: float) -> tuple[str, ...]:
    return dollars(turnover), dollars(gain, signed=True), dollars(fees), dollars(paid), dollars(gain - fees - paid, signed=True)

"""The report of a run: aggregated once, rendered once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from freeagentics.errors import RunFailed
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records import RunRecord
from freeagentics.report.charts.figure import own_settings
from freeagentics.report.facts import Facts, aggregate
from freeagentics.report.page.document import document
from freeagentics.report.page.section import Section
from freeagentics.report.sections.chains import chains
from freeagentics.report.sections.contribution import contribution
from freeagentics.report.sections.equity import equity
from freeagentics.report.sections.events import events
from freeagentics.report.sections.footprint import footprint
from freeagentics.report.sections.forecasts import forecasts
from freeagentics.report.sections.forgotten import forgotten
from freeagentics.report.sections.groups import groups
from freeagentics.report.sections.headline import headline, subtitle
from freeagentics.report.sections.margin import margin
from freeagentics.report.sections.market_facts import market_facts
from freeagentics.report.sections.memories import memories
from freeagentics.report.sections.parts import parts
from freeagentics.report.sections.patterns import patterns
from freeagentics.report.sections.periods import periods
from freeagentics.report.sections.planted import planted
from freeagentics.report.sections.prices import prices
from freeagentics.report.sections.reproduction import reproduction
from freeagentics.report.sections.risk import risk
from freeagentics.report.sections.signals import signals
from freeagentics.report.sections.sources import sources
from freeagentics.report.sections.success import success
from freeagentics.report.sections.value import value
from freeagentics.report.sections.value_at_risk import value_at_risk
from freeagentics.report.sections.weights import weights
from freeagentics.report.tables import FOLDER, TABLES, write_tables

SECTIONS: tuple[Callable[[Facts], Section | None], ...] = (
    headline,
    planted,
    periods,
    prices,
    events,
    equity,
    groups,
    forecasts,
    parts,
    contribution,
    success,
    risk,
    margin,
    value_at_risk,
    signals,
    sources,
    value,
    weights,
    patterns,
    memories,
    forgotten,
    chains,
    market_facts,
    reproduction,
    footprint,
)


def save_report(record: RunRecord, path: str | Path | None = None, *, progress: ProgressCallback = no_progress) -> Path:
    """Write the report, and its figures as CSV into the folder ``tables`` beside it; where to, it returns.

    Args:
        path: of the page; by default ``report.html`` in the run directory.
        progress: called with how far it has come.

    Raises:
        CorruptRecord: the journal is damaged.
        RunFailed: it cannot be written.
    """
    target = Path(path) if path is not None else record.directory.report
    facts = aggregate(record, progress)
    page = render(facts, progress)
    try:
        draft = target.with_name(f"{target.name}.draft")
        draft.write_text(page, encoding="utf-8")
        draft.replace(target)
        write_tables(facts, target.parent / FOLDER)
    except OSError as error:
        raise RunFailed(
            f"{target}: the report could not be written ({error.strerror}); the run itself is whole in {record.path}"
        ) from error
    return target


def render(facts: Facts, progress: ProgressCallback = no_progress) -> str:
    """The page."""
    with own_settings():
        scenario = facts.context.scenario
        drawn = [section(facts) for section in track(progress, "drawing the report", SECTIONS)]
        sections = [section for section in drawn if section is not None]
        source = "the run's journal. The figures are in the folder tables beside it, as CSV."
        files = [f"{FOLDER}/{name}.csv" for name in TABLES]
        return document(scenario.title or scenario.name, subtitle(facts), sections, source=source, files=files)

"""Run time and RAM."""

from __future__ import annotations

from freeagentics.records.run_record import FootprintSummary, RunEvent
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table


def footprint(facts: Facts) -> Section:
    """RAM and run time, as the run measured them."""
    made = facts.context.record.summary
    ram = made.footprint
    finding = (
        f"An agent takes {number(ram.per_agent_kb, 1)} KB of RAM: its own arrays and objects, and its share of those that agents share. "
        f"A step took {number(1000 * made.step_ms_per_agent, 1)} µs an agent."
    )
    times = (
        ("Wall time", f"{number(made.wall_s, 1)} s"),
        ("Agent-steps a second", number(made.agent_steps_per_s, 0)),
        ("Registration of an agent", f"{number(1000 * made.registration_ms_per_agent, 1)} µs"),
        ("Garbage collector", f"{percent(made.gc_overhead, 2)} of wall time"),
    )
    parts = (
        paragraph(finding),
        table(
            "RAM of an agent by category",
            ("Category", "KB an agent"),
            tuple((name, number(kb, 2)) for name, kb in ram.by_category_kb.items()),
        ),
        table("RAM of the process at its peak", ("Part", "MB"), _reconciled(ram)),
        table("Run time, measured by the process that ended the run", ("Measure", "Value"), times),
        *_events(made.events),
    )
    return Section("footprint", "Run time and RAM", parts)


def _reconciled(ram: FootprintSummary) -> tuple[tuple[str, str], ...]:
    """Lines that add up to the peak, and then the limit, if there was one."""
    lines = [
        ("Before there was an agent: Python, imports, bars", ram.rss_before_mb),
        ("All agents, attributed", ram.attributed_mb),
        ("Unattributed: pages for the journal, buffers, free memory of the allocator", ram.unattributed_mb),
        ("Process at its peak", ram.rss_peak_mb),
    ]
    if ram.limit_mb:
        lines.append(("Limit", ram.limit_mb))
    return tuple((name, number(mb, 1)) for name, mb in lines)


def _events(events: tuple[RunEvent, ...]) -> tuple[Html, ...]:
    if not events:
        return ()
    rows = tuple((number(event.step, 0), event.kind, event.message) for event in events)
    return (table("Alerts while it ran", ("Step", "Kind", "Message"), rows),)

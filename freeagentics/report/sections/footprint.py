"""What the run took."""

from __future__ import annotations

from freeagentics.report.facts import Facts
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table
from freeagentics.report.words import number, percent


def footprint(facts: Facts) -> Section:
    """RAM and time, as the run measured them."""
    made = facts.ground.record.summary
    ram = made.footprint
    finding = (
        f"An agent takes {number(ram.per_agent_kb, 1)} KB of RAM: its own arrays and objects, and its share of those that agents share. "
        f"A step took {number(1000 * made.step_ms_per_agent, 1)} µs an agent."
    )
    rows = (
        ("RAM of an agent", f"{number(ram.per_agent_kb, 1)} KB"),
        ("RAM of all agents, billed", f"{number(ram.billed_mb, 1)} MB"),
        ("Process before the first step", f"{number(ram.rss_start_mb, 0)} MB"),
        ("Process at its peak", f"{number(ram.rss_peak_mb, 0)} MB"),
        ("Wall time", f"{number(made.wall_s, 1)} s"),
        ("Agent-steps a second", number(made.agent_steps_per_s, 0)),
        ("Registration of an agent", f"{number(1000 * made.registration_ms_per_agent, 1)} µs"),
        ("Garbage collector", f"{percent(made.gc_overhead, 2)} of wall time"),
    )
    return Section(
        "footprint", "Footprint", (paragraph(finding), table("Measured by the process that ended the run", ("What", "Measured"), rows))
    )

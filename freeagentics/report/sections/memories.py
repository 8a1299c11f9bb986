"""Memories that are kept when the run ends."""

from __future__ import annotations

from freeagentics.report.charts.ages import draw_ages
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, number
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table
from freeagentics.report.sections.audit import audited


def memories(facts: Facts) -> Section:
    """Memories by age and by codec, and their audit."""
    found, record = facts.memories, facts.context.record
    summary = record.summary
    total, days = int(found.by_age.sum()), len(found.by_age)
    each = f"{number(total / summary.agents, 0)} an agent"
    size = f"{number(summary.bytes_per_memory, 1)} bytes each"
    finding = f"At the end {count(total, 'memory', 'memories')} are kept, {each}, up to {count(days, 'day')} old; {size}."
    rows = [(coded.codec, count(coded.version), count(coded.count), number(coded.bytes / coded.count, 1)) for coded in found.codecs]
    if found.book_bytes:
        rows.append(("desks' books, shared", "", count(total), number(found.book_bytes / total, 1)))
    caption = "Memories by codec; bytes are those of their pages: code, checksum, owner and a share of page headers"
    return Section(
        "memories",
        "Memories",
        (
            paragraph(finding),
            chart(draw_ages(facts), "memories", finding, "Memories by age, in days of market time."),
            table(caption, ("Codec", "Version", "Memories", "Bytes a memory"), rows),
            *audited(record),
        ),
    )

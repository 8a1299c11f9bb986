"""Signals by sender and recipient: a graph of roles, and a table by kind."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.report.charts.signal_flow import draw_signal_flow
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table


def signals(facts: Facts) -> Section:
    """The graph of roles, and the matrix of senders, kinds and recipients."""
    matrix, team = facts.signals, facts.context.team
    title = "Signals by sender and recipient"
    if not matrix.sent.any():
        return Section("signals", title, (paragraph("No signal was sent."),))
    recipients = np.flatnonzero(matrix.delivered.sum(axis=(0, 1))).tolist()
    heads = ("From", "Kind", "Sent", *(f"to {humanize(team[role])}" for role in recipients))
    cells = [(role, kind) for role, kind in np.argwhere(matrix.sent).tolist()]
    rows = [
        (
            team[role],
            humanize(SIGNAL_KINDS[kind]),
            count(int(matrix.sent[role, kind])),
            *(_cell(facts, role, kind, recipient) for recipient in recipients),
        )
        for role, kind in cells
    ]
    total, deliveries = int(matrix.sent.sum()), int(matrix.delivered.sum())
    most = max(cells, key=lambda cell: matrix.sent[cell[0], cell[1]])
    kind = f"{humanize(SIGNAL_KINDS[most[1]])} signals of {humanize(team[most[0]])}s"
    finding = f"{count(total, 'signal')} were sent, most of them ({percent(matrix.sent[most[0], most[1]] / total, 0)}) {kind}."
    share = percent(matrix.named.sum() / deliveries, 0)
    named = f"Of {count(deliveries)} deliveries to a role, {share} were named as a cause by a decision of that role."
    caption = (
        "Signals delivered, by sender, kind and recipient role; in brackets the share that a decision of the recipients named as a cause"
    )
    drawn = chart(
        draw_signal_flow(team, matrix.delivered.sum(axis=1), matrix.named.sum(axis=1)),
        "signal-flow",
        finding,
        "Signals from role to role: how many, and in brackets the share that a decision of the recipients named as a cause",
    )
    return Section("signals", title, (paragraph(finding, named), drawn, table(caption, heads, rows, words=2)))


def _cell(facts: Facts, role: int, kind: int, recipient: int) -> str:
    delivered, named = (int(table[role, kind, recipient]) for table in (facts.signals.delivered, facts.signals.named))
    return f"{count(delivered)} ({percent(named / delivered, 0)})" if delivered else ""

"""Who signalled whom."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table


def signals(facts: Facts) -> Section:
    """The matrix of senders, kinds and audiences."""
    matrix, team = facts.signals, facts.context.team
    title = "Who signalled whom"
    if not matrix.sent.any():
        return Section("signals", title, (paragraph("Nobody sent a signal."),))
    hearers = np.flatnonzero(matrix.delivered.sum(axis=(0, 1))).tolist()
    heads = ("From", "Kind", "Sent", *(f"to {humanize(team[role])}" for role in hearers))
    cells = [(role, kind) for role, kind in np.argwhere(matrix.sent).tolist()]
    rows = [
        (
            team[role],
            humanize(SIGNAL_KINDS[kind]),
            count(int(matrix.sent[role, kind])),
            *(_cell(facts, role, kind, hearer) for hearer in hearers),
        )
        for role, kind in cells
    ]
    total, heard = int(matrix.sent.sum()), int(matrix.delivered.sum())
    most = max(cells, key=lambda cell: matrix.sent[cell[0], cell[1]])
    said = f"{humanize(SIGNAL_KINDS[most[1]])} signals of {humanize(team[most[0]])}s"
    finding = f"{count(total, 'signal')} were sent, most of them ({percent(matrix.sent[most[0], most[1]] / total, 0)}) {said}."
    share = percent(matrix.named.sum() / heard, 0)
    named = f"Of {count(heard)} deliveries to a role, {share} were named as a cause by a decision of that role."
    caption = "Signals by sender, kind and audience: how many, and the share that at least one decision of the audience named as a cause"
    return Section("signals", title, (paragraph(finding, named), table(caption, heads, rows, words=2)))


def _cell(facts: Facts, role: int, kind: int, hearer: int) -> str:
    told, named = int(facts.signals.delivered[role, kind, hearer]), int(facts.signals.named[role, kind, hearer])
    return f"{count(told)} ({percent(named / told, 0)})" if told else ""

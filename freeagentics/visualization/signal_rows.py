"""Signals of a run: who told whom what, in words."""

from __future__ import annotations

from collections import Counter

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.agents.signal_kinds import signal_text
from freeagentics.arrays import AnyArray
from freeagentics.journal import SHARED, Kind
from freeagentics.signals import Severity
from freeagentics.visualization.run_view import RunView

WINDOW = 100
"""Steps that the log and the graph look back from the one shown."""

MOST_ROWS = 3000
"""Signals that the log holds; of more the newest."""

EVERYBODY = 0
"""The audience of a signal that is for all roles."""


def signal_rows(view: RunView, step: int) -> dict[str, object]:
    """Signals of the last `WINDOW` steps: a row each, and how many each role told each role of each kind.

    A row is number, step, kind, sender, desk, roles told (a bit each), severity, confidence, words, valid or not at the step, and how many
    recipients have dealt with it.
    """
    first, journal = max(1, step - WINDOW + 1), view.journal
    record = journal.commit_record(step)
    now = record.timestamp if record else 0
    dealt: Counter[int] = Counter()
    for _, _, page in journal.scan(Kind.PROCESSED, first=first, last=step):
        dealt.update(page["number"].tolist())
    pages = [(at, page) for at, _, page in journal.scan(Kind.SIGNALS, first=first, last=step)]
    rows: list[list[object]] = []
    for at, page in reversed(pages):
        # Those of ten thousand agents are many more than the log holds.
        rows += [_row(view, at, record, now, dealt) for record in page[::-1][: MOST_ROWS - len(rows)]]
    return {"step": step, "first": first, "rows": rows, "edges": _edges(view, [page for _, page in pages])}


def cause_texts(view: RunView, numbers: AnyArray, step: int) -> list[dict[str, object]]:
    """The signals that a decision of a step names, (CAUSES,) with -1 for none, in words; searched as far back as signals are valid."""
    wanted, found = {int(one) for one in numbers if one >= 0}, []
    for at in range(step, max(0, step - 10 * WINDOW), -1):
        page = view.journal.read(at, Kind.SIGNALS, SHARED) if wanted else None
        if page is None:
            if not wanted:
                break
            continue
        if page["number"][0] <= max(wanted):
            for record in page[np.isin(page["number"], list(wanted))]:
                wanted.discard(int(record["number"]))
                found.append({"step": at, "kind": _kind(record), "source": view.names.ids[record["source"]], "text": _text(view, record)})
    return found


def _edges(view: RunView, pages: list[AnyArray]) -> list[list[int]]:
    """Signals of pages, counted by who told whom what: sender, recipient, kind, number."""
    team = len(view.names.team)
    counts = np.zeros((team, team, len(SIGNAL_KINDS)), dtype=np.int64)
    for page in pages:
        sender = view.names.seats["role"][page["source"]]
        told = (page["audience"][:, None] >> np.arange(team) & 1 == 1) | (page["audience"] == EVERYBODY)[:, None]
        place, recipient = np.nonzero(told)
        np.add.at(counts, (sender[place], recipient, page["kind"][place]), 1)
    return [[*edge, int(counts[tuple(edge)])] for edge in np.argwhere(counts).tolist()]


def _row(view: RunView, step: int, record: AnyArray, now: int, dealt: Counter[int]) -> list[object]:
    return [
        int(record["number"]),
        step,
        int(record["kind"]),
        int(record["source"]),
        int(record["desk"]),
        int(record["audience"]),
        Severity(int(record["severity"])).name.lower(),
        float(record["confidence"]),
        _text(view, record),
        int(record["expires"]) > now,
        dealt[int(record["number"])],
    ]


def _text(view: RunView, record: AnyArray) -> str:
    data = record["data"]
    place = int(np.abs(data).argmax())
    return signal_text(int(record["kind"]), {view.names.symbols[place]: float(data[place])})


def _kind(record: AnyArray) -> str:
    return SIGNAL_KINDS[record["kind"]].lower().replace("_", " ")

"""Events of a step in words."""

from __future__ import annotations

from freeagentics.arrays import AnyArray
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.records.lineage import Lineage
from freeagentics.records.roster import Roster


def event_texts(journal: Journal, lineage: Lineage, names: Roster, step: int) -> list[str]:
    """Events that were on in the bar of a step in words, one text each, with the symbols that it concerned."""
    page = journal.read(step, Kind.EVENTS, SHARED)
    return [] if page is None else _texts(page, lineage, names, step)


def _texts(page: AnyArray, lineage: Lineage, names: Roster, step: int) -> list[str]:
    planned, found = lineage.at(step).events, dict[int, list[str]]()
    for event, asset in zip(page["event"].tolist(), page["asset"].tolist(), strict=True):
        found.setdefault(event, []).append(names.symbols[asset])
    return [f"{planned[event].text} ({', '.join(symbols)})" for event, symbols in sorted(found.items())]

"""Events of a step in words: those that were planned, and margin calls."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.market import BROKER, CENTS
from freeagentics.records.lineage import Lineage
from freeagentics.records.roster import Roster


def event_texts(journal: Journal, lineage: Lineage, names: Roster, step: int) -> list[str]:
    """Events that were on in the bar of a step in words, one text each, with the symbols that it concerned."""
    page = journal.read(step, Kind.EVENTS, SHARED)
    fills = journal.read(step, Kind.FILLS, SHARED) if lineage.at(step).market.borrows else None
    planned = [] if page is None else _planned(page, lineage, names, step)
    return planned if fills is None else planned + _margin_calls(fills[fills["agent"] == BROKER], names)


def _margin_calls(fills: AnyArray, names: Roster) -> list[str]:
    if not len(fills):
        return []
    desks, value = len(np.unique(fills["desk"])), fills["notional"].sum() / CENTS
    whose = "a desk" if desks == 1 else f"{desks:,} desks"
    symbols = ", ".join(names.symbols[asset] for asset in np.unique(fills["asset"]).tolist())
    return [f"margin call: the broker closes positions of {whose}, {value:,.0f} USD ({symbols})"]


def _planned(page: AnyArray, lineage: Lineage, names: Roster, step: int) -> list[str]:
    planned, found = lineage.at(step).events, dict[int, list[str]]()
    for event, asset in zip(page["event"].tolist(), page["asset"].tolist(), strict=True):
        found.setdefault(event, []).append(names.symbols[asset])
    return [f"{planned[event].text} ({', '.join(symbols)})" for event, symbols in sorted(found.items())]

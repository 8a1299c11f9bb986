"""Footprints of a model's agents by category: the runtime counts bytes, this file knows the attributes of a cohort."""

from __future__ import annotations

from freeagentics.runtime import Categories, size_by_category
from freeagentics.simulation.market_model import MarketModel

CATEGORIES = Categories(
    {
        "model": None,
        "belief": "beliefs",
        "grid": "beliefs",
        "faculties": "beliefs",
        "held": "beliefs",
        "advisers": "beliefs",
        "recollection": "recall index",
        "history": "history",
        "adapter*": "adapter",
        "index": "recall index",
        "codec*": "codec",
        "heard": "signals",
        "board": "signals",
        "ledger": "accounts",
        "pending_outcomes": "accounts",
        "accounts": "accounts",
    }
)
"""Categories by attribute of a cohort and of the model."""


def footprints(model: MarketModel) -> dict[str, int]:
    """Bytes that all agents hold and what they share, by category, most first."""
    parts = {
        "population": model.population,
        "board": model.board,
        "ledger": model.ledger,
        "codec": model.book_codec,
        "pending_outcomes": model.pending_outcomes,
        "accounts": model.market.accounts,
        "agents": list(model.agents),
    }
    return size_by_category(parts, CATEGORIES, excluding=[model])

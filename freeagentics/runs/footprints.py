"""What a model's agents hold, by category. The runtime counts; which attribute means what is known here."""

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
"""Names of a cohort's parts, and of the model's."""


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

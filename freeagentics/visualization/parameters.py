"""Parameters of the page that may be changed before Reset."""

from __future__ import annotations

from typing import Any

from mesa.visualization import Slider

from freeagentics.scenario import Scenario
from freeagentics.visualization.model_slot import ModelSlot

MOST_AGENTS, MOST_SEEDS, HIGHEST_FEE = 1000, 100, 50.0
"""Ends of the sliders, unless the scenario itself goes further."""


def parameters(name: str, scenario: Scenario, slot: ModelSlot) -> dict[str, Any]:
    """Keywords of `PageModel` as Mesa's page takes them: sliders that begin at the scenario's own values, and fixed values."""
    agents, fee = scenario.agents, scenario.market.fee_bps
    # In steps of whole desks; a slider would move a count between them by itself.
    step = 1 if agents.count % agents.team_size else agents.team_size
    return {
        "scenario": name,
        "slot": slot,
        "agents": Slider("Agents", agents.count, agents.team_size, max(MOST_AGENTS, agents.count), step),
        "seed": Slider("Seed", scenario.seed, 0, max(MOST_SEEDS, scenario.seed)),
        "fee_bps": Slider("Fee (basis points)", fee, 0.0, max(HIGHEST_FEE, fee), 0.5),
    }

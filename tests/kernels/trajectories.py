"""Prints how six scenarios end, as JSON: run in processes of their own, whose environment says what the processor is taken to be."""

from __future__ import annotations

import json

from freeagentics import MarketModel, load_scenario

SCENARIOS = ("btc-replay", "ten-pairs", "whale-pump", "stocks", "floor", "book")
AGENTS, STEPS = 50, 200
SHORTER = {"book": {"steps": 30, "market.warmup": 24}}
"""Changes to those that take longer."""


def trajectory(name: str) -> str:
    """The chained hash of a scenario after some steps."""
    with MarketModel(load_scenario(name, {"agents.count": AGENTS, "steps": STEPS} | SHORTER.get(name, {}))) as model:
        while model.running:
            model.step()
        return model.trajectory_sha256


if __name__ == "__main__":
    print(json.dumps({name: trajectory(name) for name in SCENARIOS}, indent=2))  # noqa: T201

"""Prints how five scenarios end, as JSON: run in processes of their own, whose environment says what the processor is taken to be."""

from __future__ import annotations

import json

from freeagentics import MarketModel, load_scenario

SCENARIOS = ("btc-replay", "ten-pairs", "whale-pump", "stocks", "floor")
AGENTS, STEPS = 50, 200


def trajectory(name: str) -> str:
    """The chained hash of a scenario after some steps."""
    with MarketModel(load_scenario(name, {"agents.count": AGENTS, "steps": STEPS})) as model:
        for _ in range(STEPS):
            model.step()
        return model.trajectory_sha256


if __name__ == "__main__":
    print(json.dumps({name: trajectory(name) for name in SCENARIOS}, indent=2))  # noqa: T201

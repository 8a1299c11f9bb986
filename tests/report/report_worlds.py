"""Runs to report on, small enough to make by the dozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from freeagentics.records import RunRecord
from freeagentics.runs import run

WATCHFUL = {"roles.risk-manager.max_drawdown": 0.003}
"""Risk managers that veto within a few days."""
WATCHED, FEW = 100, 40
"""How many steps these runs have."""


def made(folder: Path, name: str = "btc-replay", *, agents: int = 10, steps: int = 25, **more: Any) -> RunRecord:
    """A finished run in *folder*; dots in the names of settings are written as two underscores."""
    overrides = {key.replace("__", "."): value for key, value in more.items()}
    return run(name, agents=agents, steps=steps, overrides=overrides, out=folder / "run")


def watchful(folder: Path) -> RunRecord:
    """Five desks over days of falling prices: with trades, whales and vetoes."""
    return run("btc-replay", agents=25, steps=WATCHED, overrides=WATCHFUL, out=folder / "run")


def ten(folder: Path) -> RunRecord:
    """Four desks on ten assets."""
    return run("btc-replay", agents=20, steps=FEW, overrides={"market.bars": "ten-pairs-4h", "market.daily": ""}, out=folder / "run")

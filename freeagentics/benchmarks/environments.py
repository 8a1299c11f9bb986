"""Environments: agent-steps a second of many worlds in one batch beside one world, and what it costs to drive them."""

from __future__ import annotations

import numpy as np

from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import wall_clock
from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.driven_scenario import driven_scenario, opened
from freeagentics.simulation import MarketModel

WORLDS, WARM = 1_000, 2

STEPS = {1: 60, WORLDS: 6}
"""Steps that are timed, by worlds."""


def environments(runs: int) -> Table:
    """One world of `quick` and a thousand, as a bare market and driven, in turn."""
    rows = [(worlds, driven) for worlds in STEPS for driven in (False, True)]
    found: dict[tuple[int, bool], list[float]] = {row: [] for row in rows}
    for _ in range(runs):
        for worlds, driven in rows:
            found[worlds, driven].append((_driven if driven else _bare)(worlds))
    agents = opened("quick").agents.count
    table = [
        {
            "worlds": f"{worlds:,}",
            "agents": f"{worlds * agents:,}",
            "what": "all desks driven" if driven else "the market alone",
            "steps/s": Spread(tuple(1 / seconds for seconds in found[worlds, driven])),
            "agent-steps/s": Spread(tuple(worlds * agents / seconds for seconds in found[worlds, driven])),
            "of one world": Spread(tuple(worlds * one / many for one, many in zip(found[1, driven], found[worlds, driven], strict=True))),
        }
        for worlds, driven in rows
    ]
    note = (
        f"`quick`: {agents} agents on 4 desks a world; worlds of a batch share bars, and never meet. Driven: each desk's executor gets a "
        f"weight from outside every step, and its observation is made. Wall time a step after {WARM}, chained hash on, no journal. "
        f"Median of {runs} runs (least to most)."
    )
    return Table("Environments", note, table)


def _bare(worlds: int) -> float:
    """Seconds a step of so many worlds that nobody drives."""
    scenario = opened("quick")
    with MarketModel(scenario, agents=worlds * scenario.agents.count) as model:
        for _ in range(WARM):
            model.step()
        began = wall_clock()
        for _ in range(STEPS[worlds]):
            model.step()
        return (wall_clock() - began) / STEPS[worlds]


def _driven(worlds: int) -> float:
    """Seconds a step of so many worlds whose desks are all driven."""
    scenario = opened("quick")
    desks = worlds * scenario.agents.desks
    with DrivenMarket(driven_scenario(scenario, desks, "role"), desks) as market:
        weights = np.random.default_rng(7).random((WARM + STEPS[worlds], desks, 1), dtype=np.float32)
        for step in range(WARM):
            market.act(weights[step])
        began = wall_clock()
        for step in range(STEPS[worlds]):
            market.act(weights[WARM + step])
            market.seen()
        return (wall_clock() - began) / STEPS[worlds]

"""Registration: time and RAM of adding an agent."""

from __future__ import annotations

import gc

import mesa

from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import wall_clock
from freeagentics.scenario.files import load_scenario
from freeagentics.simulation.market_model import MarketModel

ROWS = (50, 1_000, 10_000)
"""Agents of each row."""


def registration(runs: int) -> Table:
    """Every row beside as many of Mesa's own agents, which hold nothing, in turn."""
    rows = []
    for agents in ROWS:
        ours, bare = [], []
        for _ in range(runs):
            ours.append(_ours(agents))
            bare.append(_bare(agents))
        rows.append({"agents": f"{agents:,}", "µs an agent": Spread(tuple(ours)), "µs one of Mesa's, without a mind": Spread(tuple(bare))})
    note = f"`btc-replay`: seats, cohorts with their arrays, boards, and one Mesa agent each. Median of {runs} runs (least to most)."
    return Table("Registration", note, rows)


def _ours(agents: int) -> float:
    scenario = load_scenario("btc-replay", {"agents.count": agents})
    gc.collect()
    with MarketModel(scenario) as model:
        return 1e6 * model.registration_s / agents


def _bare(agents: int) -> float:
    model = mesa.Model(rng=7)
    gc.collect()
    began = wall_clock()
    for _ in range(agents):
        mesa.Agent(model)
    took = wall_clock() - began
    model.remove_all_agents()
    return 1e6 * took / agents

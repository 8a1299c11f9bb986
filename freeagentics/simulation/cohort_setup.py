"""The context that the cohorts of a model are born with."""

from __future__ import annotations

from freeagentics.agents import CohortContext
from freeagentics.agents.context import SourceInfo
from freeagentics.clock import HOUR_MS
from freeagentics.market import ReplayMarket
from freeagentics.memory import extended, open_codec
from freeagentics.mind import MarketGrid
from freeagentics.scenario.scenario import Scenario


def cohort_context(scenario: Scenario, market: ReplayMarket) -> CohortContext:
    """Facts of a scenario and its market, as its cohorts are told them."""
    memory, team, grid = scenario.memory, tuple(scenario.agents.team), MarketGrid(scenario.memory.horizon)
    roles = {name: scenario.registry.role(name) for name in team}
    return CohortContext(
        seed=scenario.seed,
        symbols=market.symbols,
        units=market.units,
        columns=market.columns,
        sources=tuple(
            SourceInfo(s.name, s.cost_cents, market.columns.index(s.direction), s.name not in scenario.market.left_out)
            for s in market.sources
        ),
        roles=team,
        memory=memory,
        signal_ttl=max(round(scenario.signals.ttl_hours * HOUR_MS), 1),
        grid=grid,
        codecs={
            name: extended(open_codec(memory.codec, name, market.columns, memory.files), role.features) for name, role in roles.items()
        },
        fee=scenario.market.fee_bps / 1e4,
        exposure=scenario.agents.exposure,
        heeds={name: role.heeds for name, role in roles.items()},
        known_roles=tuple(scenario.registry.roles),
    )

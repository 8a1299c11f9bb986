"""The context that the cohorts of a model are born with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freeagentics.agents import CohortContext, DeskGroup, MemorySettings, PatternSettings
from freeagentics.agents.context import SourceInfo
from freeagentics.agents.given_patterns import SEQUEL
from freeagentics.arrays import Mask
from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadScenario, did_you_mean
from freeagentics.market import Market
from freeagentics.memory import extended, open_codec
from freeagentics.mind import MarketGrid
from freeagentics.scenario.scenario import Scenario


def desk_groups(scenario: Scenario, market: Market) -> list[DeskGroup]:
    """Groups of desks of a scenario; one of all desks where it has none."""
    context, left_out = cohort_context(scenario, market), scenario.agents.left_out
    if not scenario.desks:
        return [DeskGroup(0, scenario.agents.desks, context, scenario.roles, left_out)]
    groups, first = [], 0
    for group in scenario.desks:
        differing = replace(
            context,
            memory=group.memory_of(scenario.memory),
            sources=tuple(replace(source, on_sale=source.on_sale and source.name not in group.left_out) for source in context.sources),
            exposure=group.exposure or context.exposure,
            first_desk=first,
        )
        groups.append(DeskGroup(first, group.count, differing, scenario.role_settings(group), {*left_out, *group.left_out}))
        first += group.count
    return groups


def silent_desks(scenario: Scenario) -> Mask:
    """Mask of desks (D,) whose agents' signals are not delivered."""
    heard = [np.full(group.count, group.signals) for group in scenario.desks] or [np.ones(scenario.agents.desks, dtype=np.bool_)]
    return ~np.concatenate(heard) if scenario.signals.enabled else np.ones(scenario.agents.desks, dtype=np.bool_)


def cohort_context(scenario: Scenario, market: Market) -> CohortContext:
    """Facts of a scenario and its market, as its cohorts are told them."""
    memory, team, grid = scenario.memory, tuple(scenario.agents.team), MarketGrid(scenario.memory.horizon)
    roles = {name: scenario.registry.role(name) for name in team}
    return CohortContext(
        seed=scenario.seed,
        symbols=market.symbols,
        units=market.units,
        columns=market.columns,
        sources=tuple(
            SourceInfo(s.name, s.cost_cents, market.columns.index(s.direction), on_sale=on_sale, on_record=on_sale)
            for s in market.sources
            for on_sale in [s.name not in scenario.market.left_out]
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
        leverage=scenario.market.max_leverage,
        shorts=scenario.market.short_selling,
        heeds={name: role.heeds for name, role in roles.items()},
        patterns=_seen(scenario.patterns, market, scenario.memory),
        known_roles=tuple(scenario.registry.roles),
    )


def _seen(patterns: tuple[PatternSettings, ...], market: Market, memory: MemorySettings) -> tuple[PatternSettings, ...]:
    """The patterns, all of what a market shows. Raises BadScenario for another."""
    shown = [*market.columns, *([SEQUEL] if memory.sequences else [])]
    for pattern in patterns:
        if (feature := pattern.condition.feature) and feature not in shown:
            raise BadScenario(f"patterns: '{feature}' is no column of this market; {did_you_mean(feature, shown)}")
    return patterns

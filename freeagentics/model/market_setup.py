"""The market that a scenario asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import numpy as np

from freeagentics.errors import BadScenario
from freeagentics.market import SOURCES, Bars, ReplayMarket, SyntheticMarket, load_bars, load_daily
from freeagentics.market.contract import open_source
from freeagentics.model.scenario import MarketSettings, Scenario
from freeagentics.model.scenario_files import load_scenario


def open_market(scenario: Scenario) -> ReplayMarket:
    """Bars loaded or made, with accounts for every desk. Raises BadBars, or BadScenario where there are fewer bars than steps."""
    settings = scenario.market
    sources = [open_source(SOURCES[name], cost) for name, cost in settings.sources.items()]
    desks, cash, fee = scenario.agents.desks, round(settings.cash * 100), round(settings.fee_bps * 100)
    if settings.kind == "synthetic":
        return SyntheticMarket(
            settings.synthetic,
            seed=scenario.seed,
            bars=settings.warmup + scenario.steps,
            desks=desks,
            cash_cents=cash,
            sources=sources,
            start=settings.warmup,
            fee_ppm=fee,
            impact_bps=settings.impact_bps,
        )
    bars = load_bars(settings.bars, settings.symbols or None)
    start = _first_bar(bars, settings)
    if len(bars) - start < scenario.steps:
        raise BadScenario(
            f"steps: {scenario.steps} asked for, but {settings.bars} has {len(bars) - start} bars after a start at bar {start}; "
            "ask for fewer steps or an earlier market.start"
        )
    daily = load_daily(settings.daily) if settings.daily else None
    return ReplayMarket(
        bars, desks=desks, cash_cents=cash, sources=sources, daily=daily, start=start, fee_ppm=fee, impact_bps=settings.impact_bps
    )


def own_bars(path: Path) -> dict[str, object]:
    """What changes in a scenario when it replays a user's own file: name, title, and what belonged to the bars it had before."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:64] or "bars"
    market: dict[str, object] = {"kind": "replay", "bars": str(path.resolve()), "daily": "", "symbols": [], "start": None}
    return {"name": slug, "title": f"Agents trade the bars of {path.name}", **{f"market.{key}": value for key, value in market.items()}}


def steps_that_fit(name: str, overrides: Mapping[str, object]) -> int:
    """Steps of a scenario, or as many as its bars have after the warm-up, where that is fewer. Raises BadScenario, BadBars."""
    scenario = load_scenario(name, overrides)
    bars = load_bars(scenario.market.bars, scenario.market.symbols or None)
    return min(scenario.steps, len(bars) - _first_bar(bars, scenario.market))


def _first_bar(bars: Bars, settings: MarketSettings) -> int:
    """Index of the first bar to show."""
    if settings.start is None:
        return min(settings.warmup, len(bars) - 1)
    moment = settings.start if settings.start.tzinfo else settings.start.replace(tzinfo=UTC)
    found = int(np.searchsorted(bars.timestamps, int(moment.timestamp() * 1000)))
    if found >= len(bars):
        raise BadScenario(f"market.start: {moment.isoformat()} is after the last bar of {settings.bars}")
    return found

"""The market that a scenario asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from freeagentics.errors import BadInput, BadScenario
from freeagentics.market import (
    CENTS,
    AuctionMarket,
    Bars,
    BookMarket,
    Calendar,
    Market,
    ReplayMarket,
    SyntheticMarket,
    Terms,
    load_bars,
    load_daily,
)
from freeagentics.market.source_contract import open_source
from freeagentics.scenario.files import load_scenario, name_after
from freeagentics.scenario.scenario import MarketSettings, Scenario


def open_market(scenario: Scenario) -> Market:
    """Market with accounts for every desk: bars loaded or made, or prices that answer. Raises BadBars, or BadScenario for too few bars."""
    settings = scenario.market
    sources = [open_source(scenario.registry.sources[name], cost) for name, cost in settings.sources.items()]
    desks, cash, terms = scenario.agents.desks, round(settings.cash * CENTS), _terms(settings)
    seed, start, made = scenario.seed, settings.warmup, settings.warmup + scenario.steps
    if settings.kind == "synthetic":
        events = _calendar(scenario, settings.synthetic.symbols)
        return SyntheticMarket(
            settings.synthetic, seed=seed, bars=made, desks=desks, cash_cents=cash, sources=sources, start=start, terms=terms, events=events
        )
    if settings.answers:
        return (BookMarket if settings.kind == "book" else AuctionMarket)(
            settings.made,
            seed=seed,
            bars=made,
            desks=desks,
            cash_cents=cash,
            sources=sources,
            value=_value(settings, made),
            start=start,
            terms=terms,
            events=_calendar(scenario, settings.made.symbols),
        )
    bars = _replayed(settings)
    start = _first_bar(bars, settings)
    left = len(bars) - start
    if left < scenario.steps:
        earlier = "an earlier market.start" if settings.start else "a smaller market.warmup"
        raise BadScenario(
            f"steps: {scenario.steps} asked for, but {settings.bars} has {left} bars after a start at bar {start}; "
            f"ask for fewer steps or {earlier}"
        )
    daily = load_daily(settings.daily) if settings.daily else None
    events = _calendar(scenario, bars.symbols)
    market = ReplayMarket(bars, desks=desks, cash_cents=cash, sources=sources, daily=daily, start=start, terms=terms, events=events)
    if settings.start is None and left < settings.warmup:
        market.notes += (f"{left} of {len(bars)} bars are left to trade after a warm-up of {settings.warmup}; market.warmup sets it",)
    return market


def _replayed(settings: MarketSettings) -> Bars:
    return load_bars(settings.bars, settings.symbols or None, settings.zone or None)


def _calendar(scenario: Scenario, symbols: Sequence[str]) -> Calendar:
    try:
        return Calendar(scenario.events, symbols)
    except BadInput as error:
        raise BadScenario(f"events: {error}") from error


def _value(settings: MarketSettings, bars: int) -> Bars | None:
    """Bars that traders believe in, if any. Raises BadBars, or BadScenario where there are too few."""
    if not settings.made.value:
        return None
    value = load_bars(settings.made.value, settings.made.symbols)
    if len(value) < bars:
        raise BadScenario(
            f"market.{settings.kind}.value: {settings.made.value} has {len(value)} bars; warm-up and steps take {bars}, ask for fewer"
        )
    return value


def _terms(settings: MarketSettings) -> Terms:
    return Terms(
        fee_ppm=round(settings.fee_bps * 100),
        impact_bps=settings.impact_bps,
        shared_impact=settings.shared_impact,
        max_participation=settings.max_participation,
        margin=settings.margin,
    )


def own_bars(path: Path, zone: str | None = None) -> dict[str, object]:
    """Changes to a scenario when it replays a user's own file: name, title, and what belonged to the bars it had before."""
    market: dict[str, object] = {
        "kind": "replay",
        "bars": str(path.resolve()),
        "zone": zone or "",
        "daily": "",
        "symbols": [],
        "start": None,
    }
    return {
        "name": name_after(path, "bars"),
        "title": f"Agents trade the bars of {path.name}",
        **{f"market.{key}": value for key, value in market.items()},
    }


def steps_that_fit(name: str, overrides: Mapping[str, object], *, allow_plugins: bool = False) -> int:
    """Steps of a scenario, or as many as its bars have after the warm-up, where that is fewer. Raises BadScenario, BadBars."""
    scenario = load_scenario(name, overrides, allow_plugins=allow_plugins)
    bars = _replayed(scenario.market)
    return min(scenario.steps, len(bars) - _first_bar(bars, scenario.market))


def walk_forward_starts(scenario: Scenario, count: int) -> list[datetime]:
    """Times of *count* first bars, spread evenly over the bars from the scenario's own start to the last that leaves room for its steps.

    Raises:
        BadScenario: its market is made, so that every seed has bars of its own, or the bars are too few.
    """
    settings = scenario.market
    if settings.kind != "replay":
        raise BadScenario(f"{scenario.name}: a walk forward goes over bars that are replayed; here every seed makes a market of its own")
    bars = _replayed(settings)
    first, last = _first_bar(bars, settings), len(bars) - scenario.steps
    if last < first:
        left = f"{settings.bars} has {len(bars) - first} bars after a start at bar {first}"
        raise BadScenario(f"steps: {scenario.steps} asked for, but {left}; ask for fewer steps or an earlier start")
    places = np.linspace(first, last, count).round().astype(np.int64)
    return [datetime.fromtimestamp(time / 1000, UTC) for time in bars.timestamps[places].tolist()]


def _first_bar(bars: Bars, settings: MarketSettings) -> int:
    """Index of the first bar to show. Raises BadScenario where there is none."""
    if settings.start is None:
        if settings.warmup >= len(bars):
            raise BadScenario(
                f"market.warmup: {settings.bars} has {len(bars)} bars and a warm-up takes {settings.warmup} of them, so none is left to "
                f"trade; set it lower, e.g. market.warmup={len(bars) // 4}, or take more bars"
            )
        return settings.warmup
    moment = settings.start if settings.start.tzinfo else settings.start.replace(tzinfo=UTC)
    found = int(np.searchsorted(bars.timestamps, int(moment.timestamp() * 1000)))
    if found >= len(bars):
        raise BadScenario(f"market.start: {moment.isoformat()} is after the last bar of {settings.bars}")
    return found

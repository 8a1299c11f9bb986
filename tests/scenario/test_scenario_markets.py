"""Scenarios of markets that agents make show what they say, by the crowd alone and in short."""

from __future__ import annotations

import numpy as np

from freeagentics import load_scenario
from freeagentics.market import AuctionMarket, Bars
from freeagentics.scenario.market_setup import open_market

BREAKER = {"kind": "circuit-breaker", "at": 14, "move": 0.03, "halt": 4}


def traded(name: str, **changes: object) -> tuple[Bars, np.ndarray]:
    """Bars of a scenario's crowd, and the gaps of log closes to the value, (T, A)."""
    market = open_market(load_scenario(name, {"market.warmup": 12, "market.sources": {"price": 0}} | changes))
    assert isinstance(market, AuctionMarket)
    gaps = []
    while market.remaining:
        market.advance()
        gaps.append(np.log(market.close(market.step)) - market._value)
    return market.shown(), np.array(gaps)


def test_a_flash_crash_needs_its_seller_and_a_breaker_spreads_it() -> None:
    (seller,) = load_scenario("flash-crash").events
    early, crashes = seller.model_dump() | {"at": 14}, {}
    for name, events in {"quiet": [], "seller": [early], "breaker": [early, BREAKER]}.items():
        bars, _ = traded("flash-crash", steps=22, events=events)
        before = bars.close[12, 0]
        crashes[name] = np.log(bars.low[13:, 0] / before).min(), np.diff(np.log(bars.close[12:, 0])).min()
    assert crashes["seller"][0] < -0.05 < crashes["quiet"][0]
    assert crashes["seller"][1] < crashes["breaker"][1] < crashes["quiet"][1]


def test_prices_stray_further_from_value_where_chartists_outnumber_fundamentalists() -> None:
    _, bubble = traded("bubble", steps=150)
    _, balanced = traded("bubble", steps=150, **{"market.auction.crowd.fundamental": 0.03, "market.auction.crowd.trend": 0.05})
    assert (np.abs(bubble).max(axis=0) > 2 * np.abs(balanced).max(axis=0)).all()

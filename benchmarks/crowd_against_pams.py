"""The crowd of ``floor`` and of ``book``, and as many of PAMS' FCN agents, in turn.

``python benchmarks/crowd_against_pams.py --pams PYTHON``: PAMS (https://github.com/masanorihirano/pams) takes an older numpy, so PYTHON is
that of a venv of its own, with ``pip install pams``. Its agents are the fundamentalist-chartist-noise agents of Chiarella & Iori (2002) as
its own sample has them; each orders in every step, on a continuous double auction. Of ours all members are asked in every auction or phase;
what is counted are orders that stand in an auction, and messages that an order book works on.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from freeagentics import load_scenario
from freeagentics.market import AuctionMarket
from freeagentics.market.book.trading import ContinuousTrading
from freeagentics.scenario.market_setup import open_market

WARMUP, ROUNDS = 24, 8

_PAMS = """
import random, sys, time, warnings
from pams.runners import SequentialRunner

warnings.simplefilter("ignore")
agents, steps = map(int, sys.argv[1:])
session = {"sessionName": 0, "iterationSteps": steps, "withOrderPlacement": True, "withOrderExecution": True, "withPrint": False}
session |= {"maxNormalOrders": agents, "maxHighFrequencyOrders": 0}
market = {"class": "Market", "tickSize": 0.00001, "marketPrice": 300.0, "outstandingShares": 25000}
kind = {"class": "FCNAgent", "numAgents": agents, "markets": ["Market"], "assetVolume": 50, "cashAmount": 10000}
kind |= {"fundamentalWeight": {"expon": [1.0]}, "chartWeight": {"expon": [0.0]}, "noiseWeight": {"expon": [1.0]}}
kind |= {"meanReversionTime": {"uniform": [50, 100]}, "noiseScale": 0.001, "timeWindowSize": [100, 200], "orderMargin": [0.0, 0.1]}
simulation = {"markets": ["Market"], "agents": ["Agents"], "sessions": [session]}
runner = SequentialRunner(settings={"simulation": simulation, "Market": market, "Agents": kind}, prng=random.Random(1))
began = time.perf_counter()
runner.main()
print(time.perf_counter() - began)
"""


def pams(python: str, agents: int, steps: int) -> float:
    """Seconds that so many steps of PAMS take, with an order of each agent in each."""
    told = subprocess.run([python, "-c", _PAMS, str(agents), str(steps)], check=True, capture_output=True, text=True)
    return float(told.stdout.split()[-1])


def ours(name: str, agents: int, bars: int) -> tuple[float, int, int]:
    """Seconds that so many bars of a crowd take, times that a member was asked, and orders or messages in them."""
    kind = load_scenario(name).market.kind
    makers, noise = agents // 20, agents // 4
    crowd = {"makers": makers, "noise_traders": noise, "traders": agents - makers - noise}
    changes: dict[str, object] = {f"market.{kind}.crowd.{key}": value for key, value in crowd.items()}
    changes |= {"market.sources": {"price": 0}, "market.warmup": WARMUP, "steps": bars, "agents.count": 5}
    market = open_market(load_scenario(name, changes))
    assert isinstance(market, AuctionMarket)
    counted = [0]
    _count(market, counted)
    began = time.perf_counter()
    while market.remaining:
        market.advance()
    return time.perf_counter() - began, agents * bars * ROUNDS, counted[0]


def _count(market: AuctionMarket, counted: list[int]) -> None:
    """Have a market count what meets at its venue."""
    if isinstance(market.venue, ContinuousTrading):
        for book in market.venue.books:
            _wrap(book, "process", lambda messages: len(messages.kind), counted)
    else:
        _wrap(market.venue, "trade", lambda orders, *_: int(np.count_nonzero(orders.quantity)), counted)


def _wrap(thing: Any, name: str, size: Callable[..., int], counted: list[int]) -> None:
    whole = getattr(thing, name)

    def counting(*given: Any) -> Any:
        counted[0] += size(*given)
        return whole(*given)

    object.__setattr__(thing, name, counting)


def main() -> None:
    """Print a table: of each the median of times that a member was asked, and of orders, a second, and what that is over PAMS'."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pams", metavar="PYTHON", required=True, help="the interpreter of a venv that has PAMS")
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=50, help="of PAMS")
    parser.add_argument("--bars", type=int, default=200, help="of ours, of eight auctions or phases each")
    given = parser.parse_args()
    theirs, found = [], dict[str, list[tuple[float, float]]](floor=[], book=[])
    for _ in range(given.runs):
        theirs.append(given.agents * given.steps / pams(given.pams, given.agents, given.steps))
        for name, rates in found.items():
            seconds, asked, orders = ours(name, given.agents, given.bars)
            rates.append((asked / seconds, orders / seconds))
    print(f"PAMS   {statistics.median(theirs):>12,.0f} orders/s ({min(theirs):,.0f} to {max(theirs):,.0f})")
    for name, rates in found.items():
        over = [[rate / base for rate in both] for both, base in zip(rates, theirs, strict=True)]
        asked, orders = (statistics.median(column) for column in zip(*rates, strict=True))
        ratios = [
            f"{statistics.median(column):,.0f} times ({min(column):,.0f} to {max(column):,.0f})" for column in zip(*over, strict=True)
        ]
        print(f"{name:6} {asked:>12,.0f} members asked/s, {ratios[0]}; {orders:,.0f} orders/s, {ratios[1]}")


if __name__ == "__main__":
    main()

"""Stylised facts of many markets of a crowd alone, beside windows of real bars: the tables of ``docs/markets.md``.

``python benchmarks/market_facts.py book --markets 20 --bars 5000`` makes twenty markets, ten assets a seed, in which no desk trades.
"""

from __future__ import annotations

import argparse

import numpy as np

from freeagentics import load_scenario
from freeagentics.arrays import F64
from freeagentics.experiments.facts import FIGURES, SHIPPED, Series, measure, windows
from freeagentics.scenario.market_setup import open_market

ASSETS = 10
"""Assets of a seed at most: they share nothing but the arrays that they are computed in."""


def figures(name: str, seed: int, assets: int, bars: int) -> F64:
    """Figures (assets, F) of the markets of a seed."""
    kind = load_scenario(name).market.kind
    names = [f"A{place}" for place in range(assets)]
    changes = {f"market.{kind}.symbols": names, "market.sources": {"price": 0}, "steps": bars + 1, "seed": seed, "agents.count": 5}
    market = open_market(load_scenario(name, changes))
    while market.remaining:
        market.advance()
    return np.array([measure(Series.of(market.shown(), asset)) for asset in range(assets)])


def main() -> None:
    """Make the markets, and print a row a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", help="whose market is made by a crowd: floor, book")
    parser.add_argument("--markets", type=int, default=20)
    parser.add_argument("--bars", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=101, help="of the first ten markets")
    given = parser.parse_args()
    parts = [range(first, min(first + ASSETS, given.markets)) for first in range(0, given.markets, ASSETS)]
    found = np.concatenate([figures(given.scenario, given.seed + place, len(part), given.bars) for place, part in enumerate(parts)])
    real = windows(SHIPPED, given.bars)
    low, high = real.min(axis=0), real.max(axis=0)
    inside, mean = (low <= found) & (found <= high), found.mean(axis=0)
    print("| fact | figure | mean | single markets | real windows | their median | inside |\n|---|---|---|---|---|---|---|")
    for place, figure in enumerate(FIGURES):
        column = found[:, place]
        spans = f"{column.min():.3f} to {column.max():.3f} | {low[place]:.3f} to {high[place]:.3f} | {np.median(real[:, place]):.3f}"
        print(f"| {figure.fact} | {figure.name} | {mean[place]:.3f} | {spans} | {inside[:, place].sum()} |")
    each = inside.sum(axis=1)
    print(
        f"{((low <= mean) & (mean <= high)).sum()} of {len(FIGURES)} inside in the mean of {len(found)} markets and {len(real)} windows; "
        f"a single market has {each.min()} to {each.max()}, median {np.median(each):g}, mean {each.mean():.1f}"
    )


if __name__ == "__main__":
    main()

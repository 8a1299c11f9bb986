"""Scenario ``short-squeeze`` over paired seeds, with margin calls, without, and without the buyer: the figures of ``docs/markets.md``.

``python benchmarks/short_squeeze.py --seeds 20``
"""

from __future__ import annotations

import argparse

import numpy as np

from freeagentics import MarketModel, load_scenario
from freeagentics.arrays import F64

BOUGHT, LAST = 60, 68
"""Bars of the buyer, and of the last close that is looked at."""

WAYS: dict[str, dict[str, object]] = {"calls": {}, "no calls": {"market.maintenance_margin": 0.0}, "no buyer": {"events": []}}


def rise(seed: int, changes: dict[str, object]) -> tuple[float, float]:
    """Highest and last close of the bars from the buyer's on, over the close before, less 1."""
    with MarketModel(load_scenario("short-squeeze", {"seed": seed, "steps": LAST} | changes)) as model:
        model.run_model()
        closes = np.array([model.market.close(step)[0] for step in range(BOUGHT - 1, LAST + 1)])
    return float(closes[1:].max() / closes[0] - 1), float(closes[-1] / closes[0] - 1)


def told(values: F64) -> str:
    """The mean with its interval of 95 % by bootstrap over seeds, in percent."""
    means = np.random.default_rng(1).choice(values, (10_000, len(values))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{100 * values.mean():.1f} ({100 * low:.1f} to {100 * high:.1f})"


def main() -> None:
    """Print a row for each way, and the paired differences that margin calls make."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(1, parser.parse_args().seeds + 1)
    found = {way: np.array([rise(seed, changes) for seed in seeds]) for way, changes in WAYS.items()}
    for way, rises in found.items():
        print(f"{way:9} highest {told(rises[:, 0])} %, bar {LAST} {told(rises[:, 1])} %")
    apart = found["calls"] - found["no calls"]
    print(f"calls less no calls: highest {told(apart[:, 0])} points, positive in {(apart[:, 0] > 0).sum()}, bar {LAST} {told(apart[:, 1])}")


if __name__ == "__main__":
    main()

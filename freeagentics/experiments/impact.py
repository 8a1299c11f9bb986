"""Market impact: the path of a price after a large order, against the same market without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from freeagentics.arrays import F64
from freeagentics.errors import BadInput
from freeagentics.experiments.statistics import bootstrap_interval
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.scenario.files import with_changes
from freeagentics.scenario.market_setup import open_market
from freeagentics.scenario.scenario import Scenario
from freeagentics.simulation import MarketModel
from freeagentics.simulation.market_model import Checkpoint

BASIS_POINTS = 1e4


@dataclass(frozen=True, slots=True)
class Order:
    """A metaorder in the first asset.

    Attributes:
        side: ``buy`` or ``sell``.
        bars: that it is worked over.
        at: step whose bar it begins in.
        after: bars that are watched after its last one.
    """

    side: Literal["buy", "sell"] = "buy"
    bars: int = 1
    at: int = 24
    after: int = 24


@dataclass(frozen=True, slots=True, eq=False)
class Impact:
    """Log price after an order of each of S sizes, less that of the same market without it, over N seeds and H bars, and times the order's
    sign: in basis points.

    Attributes:
        order: its bars and side.
        sizes: in what the crowd usually trades in a bar, rising, (S,).
        paths: at the closes from the order's first bar on, (N, S, H).
    """

    order: Order
    sizes: tuple[float, ...]
    paths: F64

    def path_frame(self) -> pl.DataFrame:
        """A row per size and bar: the mean, and its interval of 95 % over seeds."""
        rows = [
            (size, bar, *_interval(self.paths[:, place, bar]))
            for place, size in enumerate(self.sizes)
            for bar in range(self.paths.shape[2])
        ]
        return pl.DataFrame(rows, schema=["size", "bar", "impact", "low", "high"], orient="row")

    def size_frame(self) -> pl.DataFrame:
        """A row per size: impact at the order's last close, after the bars that were watched, and the share that was given back by then,
        each with its interval of 95 % over seeds (bootstrap, percentiles)."""
        heads = ["size", *(f"{name}{part}" for name in ("end", "later", "given_back") for part in ("", "_low", "_high"))]
        rows = []
        for place, size in enumerate(self.sizes):
            end, later = self.paths[:, place, self.order.bars - 1], self.paths[:, place, -1]
            back = _interval(np.stack([end, later], axis=-1), _given_back)
            rows.append((size, *_interval(end), *_interval(later), *back))
        return pl.DataFrame(rows, schema=heads, orient="row")

    def exponent(self) -> tuple[float, float, float]:
        """Power of its size that the impact at the order's last close grows with, and its interval: a line through the logarithms of means.
        NaN where a mean has the other sign, or there is one size."""
        ends, logs = self.paths[:, :, self.order.bars - 1], np.log(self.sizes)
        centred = logs - logs.mean()
        if len(self.sizes) < 2 or (ends.mean(axis=0) <= 0).any():
            return float("nan"), float("nan"), float("nan")
        return _interval(ends, lambda means: np.log(np.maximum(means, 1e-9)) @ centred / (centred @ centred))


def impact(
    scenario: Scenario,
    sizes: Sequence[float],
    seeds: int,
    order: Order | None = None,
    *,
    crowd_alone: bool = False,
    progress: ProgressCallback = no_progress,
) -> Impact:
    """Run a scenario with and without a metaorder, for each of its sizes and seeds: the runs of a seed are the same up to its first bar.

    Args:
        scenario: whose prices are made by those who trade.
        sizes: of the order, in what the crowd usually trades in a bar.
        seeds: how many, from the scenario's own on.
        order: what it is beside its size.
        crowd_alone: whether desks do nothing, which is fast.
        progress: told of seeds.

    Raises:
        BadInput: the market's bars do not answer, or there are no sizes.
        BadScenario: a size that cannot be.
    """
    order = order or Order()
    if not scenario.market.answers:
        raise BadInput(
            f'{scenario.name}: bars that are there already do not answer to orders; impact takes market.kind = "auction" or "book"'
        )
    if not sizes or order.bars < 1 or order.at < 2 or order.after < 1 or seeds < 1:
        raise BadInput(
            f"impact takes a size, a seed, and orders from step 2 on over a bar or more, watched for one or more; asked for {order}"
        )
    paths = []
    for seed in range(seeds):
        progress("trading", seed, seeds)
        steps = order.at + order.bars + order.after - 1
        quiet = with_changes(scenario, {"seed": scenario.seed + seed, "steps": steps, "events": ()})
        planned = [with_changes(quiet, {"events": _planned(quiet, size, order)}) for size in sorted(sizes)]
        paths.append(_against_none(quiet, planned, order, crowd_alone))
    progress("trading", seeds, seeds)
    return Impact(order, tuple(sorted(sizes)), np.array(paths))


def _planned(scenario: Scenario, size: float, order: Order) -> list[dict[str, object]]:
    symbol = scenario.market.made.symbols[0]
    return [{"kind": "metaorder", "at": order.at, "side": order.side, "size": size, "bars": order.bars, "symbols": [symbol]}]


def _against_none(quiet: Scenario, planned: Sequence[Scenario], order: Order, crowd_alone: bool) -> F64:
    """Paths of one seed, (S, H)."""
    if crowd_alone:
        without, *moved = [_crowd_closes(scenario, order.at) for scenario in (quiet, *planned)]
    else:
        with MarketModel(quiet) as model:
            while model.steps < order.at - 1:
                model.step()
            before = model.checkpoint()
            without = _closes(model)
        moved = [_forked(scenario, order.at - 1, before) for scenario in planned]
    return np.log(np.array(moved) / without) * (BASIS_POINTS if order.side == "buy" else -BASIS_POINTS)


def _crowd_closes(scenario: Scenario, first: int) -> F64:
    """Closes of the first asset from a step on, (H,), without any desk's orders."""
    market = open_market(scenario)
    while market.remaining:
        market.advance()
    closes: F64 = market.shown().close[first - 1 :, 0]
    return closes


def _forked(scenario: Scenario, step: int, state: Checkpoint) -> F64:
    with MarketModel(scenario) as model:
        model.restore(step, state)
        return _closes(model)


def _closes(model: MarketModel) -> F64:
    """Closes of the first asset at all steps that are left, (H,)."""
    found = []
    while model.running:
        model.step()
        found.append(model.market.close(model.steps)[0])
    return np.array(found)


def _given_back(means: F64) -> F64:
    """Share of the impact (…, 2) at the end and later that is gone later; NaN where there was none."""
    end, later = means[..., 0], means[..., 1]
    return 1 - later / np.where(end > 0, end, np.nan)


def _interval(values: F64, of: Callable[[F64], F64] = np.asarray) -> tuple[float, float, float]:
    """A function *of* means over seeds (N, …), and its interval."""
    return float(of(values.mean(axis=0))), *bootstrap_interval(values, of)

"""Bars, daily figures and orders for the market's tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from freeagentics.arrays import F64
from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.market import Bars, Daily, Orders

START = 1_640_995_200_000


def make_bars(count: int, assets: int = 1, *, seed: int = 0, extras: bool = True, gaps: bool = False) -> Bars:
    """Random, valid hourly bars from 2022-01-01 on; some have no volume or no trades; *gaps* leaves some hours out."""
    rng = np.random.default_rng(seed)
    shape = (count, assets)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(shape), axis=0))
    opens = np.vstack([close[:1], close[:-1]])
    trades = rng.poisson(20, shape).astype(float) * (rng.random(shape) > 0.05)
    volume = rng.lognormal(3, 1, shape) * (trades > 0)
    spacing = 1 + (rng.random(count) < 0.1) * rng.integers(1, 5, count) * gaps
    return Bars(
        symbols=tuple(f"S{index}" for index in range(assets)),
        timestamps=START + HOUR_MS * (np.cumsum(spacing) - spacing[0]),
        interval_ms=HOUR_MS,
        open=opens,
        high=np.maximum(opens, close) * 1.001,
        low=np.minimum(opens, close) * 0.999,
        close=close,
        volume=volume,
        extras={"trades": trades, "taker_buy_volume": volume * rng.random(shape)} | _depth(close, rng) if extras else {},
    )


def _depth(close: F64, rng: np.random.Generator) -> dict[str, F64]:
    """What stands on a book at the end of each bar; now and then a side is empty."""
    bids, asks = rng.lognormal(2, 1, (2, *close.shape)) * (rng.random((2, *close.shape)) > 0.05)
    spread = np.where((bids > 0) & (asks > 0), 0.001 * close * rng.random(close.shape), np.nan)
    return {"spread": spread, "bid_depth": bids, "ask_depth": asks}


def flat_bars(prices: ArrayLike, volume: float = 100.0) -> Bars:
    """Hourly bars of one asset, each of which stands at one price."""
    price = np.array(prices, dtype=np.float64)[:, None]
    times = START + HOUR_MS * np.arange(len(price))
    return Bars(("S0",), times, HOUR_MS, price, price, price, price, np.full_like(price, volume), {})


def make_daily(days: int, *, seed: int = 0, known: float = 0.9) -> Daily:
    """Random daily figures, from ten days before the bars on; a share of them is not known."""
    rng = np.random.default_rng(seed)
    holes = np.where(rng.random((2, days)) < known, 1.0, np.nan)
    times = START + DAY_MS * (np.arange(days) - 10)
    return Daily(times, {"fear_greed": rng.integers(0, 101, days) * holes[0], "funding_rate": rng.normal(1e-4, 3e-4, days) * holes[1]})


def make_orders(*rows: tuple[int, int, int]) -> Orders:
    """Orders from (desk, asset, quantity); the agents are numbered as they come."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    small = columns.astype(np.int32)
    return Orders(np.arange(len(rows), dtype=np.int32), small[:, 0], small[:, 1], columns[:, 2])


def write_csv(path: Path, rows: Sequence[str], header: str = "timestamp,open,high,low,close,volume") -> Path:
    """A .csv file of these lines."""
    path.write_text("\n".join([header, *rows]) + "\n")
    return path

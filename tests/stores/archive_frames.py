"""Frames of rows for archives in tests: a row a day for each agent."""

import polars as pl

from freeagentics.clock import DAY_MS
from freeagentics.stores.archive.batch import COLUMNS, WINDOW_MS

START = 2700 * WINDOW_MS


def memories(agents: list[str], days: range, *, codec: int = 1) -> pl.DataFrame:
    rows = [
        (agent, agent.rpartition("-")[0], day, 3, 0, START + day * DAY_MS, codec, f"{agent} {day}".encode())
        for agent in agents
        for day in days
    ]
    return pl.DataFrame(rows, dict(COLUMNS["memories"]), orient="row")


def decisions(agents: list[str], days: range) -> pl.DataFrame:
    rows = [
        (agent, agent.rpartition("-")[0], day, START + day * DAY_MS, "RISK", f"dec-{agent}-{day}", b"why")
        for agent in agents
        for day in days
    ]
    return pl.DataFrame(rows, dict(COLUMNS["decisions"]), orient="row")


def observations(days: range) -> pl.DataFrame:
    rows = [(day, START + day * DAY_MS, asset, 100 * day, 0.5) for day in days for asset in ("BTC", "ETH")]
    return pl.DataFrame(rows, {**COLUMNS["observations"], "price": pl.Int64, "price.return_1": pl.Float32}, orient="row")

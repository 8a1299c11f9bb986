"""Figures of decisions in frames: success by anything, latency, and the value of what decisions went by.

A frame of decisions has a row each: ``run``, ``agent``, ``type``, ``timestamp`` (UTC), ``success`` (null while it is not known), and any
other columns; columns of lists (``selected``, ``patterns``, ``sources``) hold all that a decision went by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from freeagentics.errors import BadInput, did_you_mean
from freeagentics.services.estimates import Rate

_LATENCY = "latency_ms"


def success_by(decisions: pl.DataFrame, by: Sequence[str] = ("agent",), *, every: str | None = None) -> pl.DataFrame:
    """Success and latency of groups of decisions.

    Args:
        decisions: a frame of decisions.
        by: columns; of a column of lists, a decision counts for each entry of its list.
        every: a stretch of time as polars writes it, e.g. ``1d``: groups are also by the stretch that a decision is in.

    Returns:
        A row a group, in order of the columns: these, ``decisions``, ``judged`` (outcomes that are known), ``successes``, ``rate``,
        ``low`` and ``high`` (Wilson, 95 %), and, where latencies are on record, ``latency_median`` and ``latency_p95`` in ms.

    Raises BadInput for a column that is not there.
    """
    for name in by:
        if name not in decisions.columns:
            raise BadInput(f"decisions have no column {name!r}; {did_you_mean(name, decisions.columns)}")
    frame = decisions
    for name in by:
        if isinstance(frame.schema[name], pl.List):
            frame = frame.explode(name)
    keys = [*by, *(["time"] if every else [])]
    if every:
        frame = frame.with_columns(time=pl.col("timestamp").dt.truncate(every))
    counted = frame.group_by(keys).agg(pl.len().alias("decisions"), *_counts(), *_latencies(frame)).sort(keys, nulls_last=True)
    rates = [Rate.counted(wins, judged) for wins, judged in counted.select("successes", "judged").iter_rows()]
    figures = {"rate": [one.rate for one in rates], "low": [one.low for one in rates], "high": [one.high for one in rates]}
    with_rates = counted.with_columns(pl.Series(name, values, pl.Float64).fill_nan(None) for name, values in figures.items())
    latencies = [name for name in counted.columns if name.startswith("latency")]
    return with_rates.select(*keys, "decisions", "judged", "successes", "rate", "low", "high", *latencies)


def value_of(decisions: pl.DataFrame, column: str) -> pl.DataFrame:
    """The success of decisions that went by something, beside that of decisions of the same agents and types that did not.

    What decisions go by is chosen, so a difference is no proof of a cause; leave it out of a run for that (``ablate``).

    Args:
        decisions: a frame of decisions.
        column: of lists: ``patterns``, ``sources``, ``selected``.

    Returns:
        A row for each entry: ``judged_with``, ``rate_with``, ``judged_without``, ``rate_without``, ``difference``, ``low`` and ``high``: an
        interval of 95 % from those of both rates (Newcombe, Statistics in Medicine 17, 1998, method 10).

    Raises BadInput for a column that is not there, or holds no lists.
    """
    if not isinstance(decisions.schema.get(column), pl.List):
        raise BadInput(f"decisions have no column of lists {column!r}; there are {', '.join(_lists(decisions)) or 'none'}")
    judged = decisions.filter(pl.col("success").is_not_null())
    entries = judged[column].explode().drop_nulls().unique().sort().to_list()
    return pl.DataFrame([_with_and_without(judged, column, entry) for entry in entries], schema={column: pl.String} | _FIGURES)


_FIGURES: dict[str, Any] = {
    "judged_with": pl.Int64,
    "rate_with": pl.Float64,
    "judged_without": pl.Int64,
    "rate_without": pl.Float64,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def _with_and_without(judged: pl.DataFrame, column: str, entry: str) -> dict[str, Any]:
    went = judged.with_columns(went=pl.col(column).list.contains(entry))
    users = went.filter("went").select("agent", "type").unique()
    alike = went.join(users, on=["agent", "type"], how="semi")
    by, without = (Rate.of(alike.filter(pl.col("went") == flag)["success"].to_list()) for flag in (True, False))
    low, high = _difference(by, without)
    return {
        column: entry,
        "judged_with": by.trials,
        "rate_with": by.rate,
        "judged_without": without.trials,
        "rate_without": without.rate,
        "difference": by.rate - without.rate,
        "low": low,
        "high": high,
    }


def _difference(one: Rate, other: Rate) -> tuple[float, float]:
    """The interval of a difference of rates, from the intervals of both."""
    difference = one.rate - other.rate
    below = ((one.rate - one.low) ** 2 + (other.high - other.rate) ** 2) ** 0.5
    above = ((one.high - one.rate) ** 2 + (other.rate - other.low) ** 2) ** 0.5
    return difference - below, difference + above


def _counts() -> list[pl.Expr]:
    success = pl.col("success")
    return [success.is_not_null().sum().alias("judged"), success.sum().cast(pl.Int64).alias("successes")]


def _latencies(frame: pl.DataFrame) -> list[pl.Expr]:
    if _LATENCY not in frame.columns:
        return []
    return [pl.col(_LATENCY).median().alias("latency_median"), pl.col(_LATENCY).quantile(0.95, "linear").alias("latency_p95")]


def _lists(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]

"""Verdicts: figures of bars beside those of windows of real ones, figure by figure and fact by fact."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.experiments.facts.bootstrap import intervals
from freeagentics.experiments.facts.figures import FIGURES, Series, measure
from freeagentics.experiments.facts.real import SHIPPED, windows


def judge(series: Series, against: Sequence[str | Path] = SHIPPED) -> pl.DataFrame:
    """A row a figure: value and interval of 95 %, lowest, median and highest of windows of real bars, and a verdict.

    The verdict is ``inside`` where the value lies between the lowest and the highest, ``near`` where its interval reaches there, and
    ``outside`` elsewhere. Windows are as long as the series, up to 5,000 bars.

    Args:
        series: what is judged.
        against: names or paths of real bars.

    Raises:
        BadInput: real bars have no whole window.
        BadBars: real bars that cannot be read.
    """
    real, value, (low, high) = windows(against, len(series)), measure(series), intervals(series)
    least, most = real.min(axis=0), real.max(axis=0)
    inside, near = (least <= value) & (value <= most), (low <= most) & (high >= least)
    return pl.DataFrame(
        {
            "fact": [figure.fact for figure in FIGURES],
            "figure": [figure.name for figure in FIGURES],
            "value": value,
            "low": low,
            "high": high,
            "real_low": least,
            "real_median": np.median(real, axis=0),
            "real_high": most,
            "verdict": np.where(inside, "inside", np.where(near, "near", "outside")),
        }
    )


def by_fact(judged: pl.DataFrame) -> pl.DataFrame:
    """A row a fact, in their order: how many figures it has, how many of them are inside, and the verdict: it ``holds`` where all are, ``in
    part`` where some are, and ``does not`` where none is."""
    inside = (pl.col("verdict") == "inside").sum()
    counted = judged.group_by("fact", maintain_order=True).agg(pl.len().alias("figures"), inside.alias("inside"))
    return counted.with_columns(
        pl.when(pl.col("inside") == pl.col("figures")).then(pl.lit("holds"))
        .when(pl.col("inside") > 0).then(pl.lit("in part")).otherwise(pl.lit("does not")).alias("verdict")
    )  # fmt: skip

"""Designs of experiments: which points of a space of settings are run, where they are not all combinations of a few values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from freeagentics.arrays import F64
from freeagentics.errors import BadInput

Settings = dict[str, object]
"""Values by dotted key: one point."""

Ranges = Mapping[str, tuple[float, float]]
"""The lowest and the highest value of each key; both of whole numbers give whole numbers."""


def latin_hypercube(ranges: Ranges, count: int, seed: int = 0) -> list[Settings]:
    """Points of a Latin hypercube (McKay, Beckman & Conover, Technometrics 1979): of each key every one of *count* equal parts of its range
    has one point. The same seed gives the same points.

    Raises:
        BadInput: no key, no point, or a range without width.
    """
    if count < 1:
        raise BadInput(f"samples: give at least one point (it is {count})")
    # Here, for it takes as long to import as a sweep does to begin.
    from scipy.stats import qmc

    shares: F64 = qmc.LatinHypercube(len(checked(ranges)), rng=seed).random(count)
    return scaled(shares, ranges)


def scaled(shares: F64, ranges: Ranges) -> list[Settings]:
    """Shares (n, keys) of ranges, from 0 to 1, as settings; of whole numbers each has as much of its range."""
    return [{key: _at(share, *ranges[key]) for key, share in zip(ranges, row, strict=True)} for row in shares.tolist()]


def checked(ranges: Ranges) -> Ranges:
    """The ranges. Raises BadInput where there is none, or one has no width."""
    if not ranges:
        raise BadInput("ranges: a design needs keys with a lowest and a highest value, e.g. --range memory.recall=3,12")
    for key, (low, high) in ranges.items():
        if not low < high:
            raise BadInput(f"{key}: its range must rise (it is {low:g} to {high:g})")
    return ranges


def read_points(path: str | Path) -> list[Settings]:
    """Points from a .csv, .parquet or .json file: a row each, its columns named by dotted keys; empty cells leave a key as it is.

    Raises:
        BadInput: it cannot be read, or has no rows.
    """
    path = Path(path)
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".json": pl.read_json}
    if path.suffix.lower() not in readers:
        raise BadInput(f"{path}: points are read from .csv, .parquet and .json, a row each, with columns named by keys")
    try:
        rows = readers[path.suffix.lower()](path).to_dicts()
    except (OSError, PolarsError) as error:
        raise BadInput(f"{path}: cannot be read ({str(error).splitlines()[0]})") from error
    if not rows:
        raise BadInput(f"{path}: has no rows; each is a point")
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def _at(share: float, low: float, high: float) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return low + min(int(share * (high - low + 1)), high - low)
    return low + share * (high - low)

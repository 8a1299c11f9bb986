"""Numbers as people write them: with decimal commas, separated thousands, signs of currencies, and K, M or B for thousands and more."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_SCALES = {"K": 1e3, "M": 1e6, "B": 1e9}


def decimal_comma(cells: Sequence[pl.Series], separator: str) -> bool:
    """Answer whether numbers here have a decimal comma: where columns are not separated by commas, and every comma is the last mark
    of its number."""
    if separator == "commas":
        return False
    text = pl.concat([series.drop_nulls() for series in cells])
    with_comma = text.filter(text.str.contains(",", literal=True))
    return bool(len(with_comma)) and bool(with_comma.str.contains(r"^[^,]*,[^,.]*$").all())


def plain_numbers(cells: pl.Series, *, comma: bool) -> pl.Series:
    """Cells as Python would write them, text that is no number as it stands.

    Args:
        cells: text.
        comma: whether the decimal mark is a comma.
    """
    text = cells.str.strip_chars().str.replace_all(r"[$€£'\s]", "")
    text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True) if comma else text.str.replace_all(",", "")
    plain = text.str.strip_suffix("%")
    for letter, scale in _SCALES.items():
        scaled = plain.str.strip_suffix(letter).cast(pl.Float64, strict=False) * scale
        whole = plain.str.ends_with(letter) & scaled.is_not_null()
        plain = pl.select(pl.when(whole).then(scaled.cast(pl.String)).otherwise(plain)).to_series()
    known = plain.cast(pl.Float64, strict=False).is_not_null()
    return pl.select(pl.when(known).then(plain).otherwise(cells)).to_series().alias(cells.name)

"""Amounts as people write them: in full, thousands marked, with as many digits as tell them from their neighbours."""

from __future__ import annotations

import math

MOST_DECIMALS = 20


def price(value: float) -> str:
    """A price: two decimals from 10 on, four from 0.1 on, below that six digits that count."""
    if value >= 0.1 or not value > 0:
        return f"{value:,.{2 if abs(value) >= 10 else 4}f}"
    return quantity(value, 6)


def money(value: float) -> str:
    """An amount of money: whole from 100 on, below that to the cent, which is all there is."""
    return f"{value:,.{money_decimals(value)}f}"


def money_decimals(value: float) -> int:
    """Decimals that `money` writes."""
    return 0 if abs(value) >= 100 or not value else 2


def quantity(value: float, digits: int = 8) -> str:
    """A quantity in so many digits that count, at least all before the point; never as a power of ten."""
    if not math.isfinite(value) or not value:
        return f"{value:g}"
    text = f"{value:,.{min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), MOST_DECIMALS)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals_apart(distance: float) -> int:
    """Decimals that numbers so far apart need to be told from each other."""
    return min(max(1 - math.floor(math.log10(distance)), 0), MOST_DECIMALS) if 0 < distance < math.inf else 0

"""Numbers and names as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from freeagentics import amounts

NO_BREAK = "\u202f"
MINUS = "\u2212"
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNKNOWN = "\u2013"
"""Text for a number that is not known."""


def number(value: float, digits: int = 2, *, signed: bool = False) -> str:
    """A number with thousands marked, and a minus sign that is one; a dash where it is not known."""
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    if not text.strip("+-0.,"):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def percent(share: float, digits: int = 1, *, signed: bool = False) -> str:
    """A share as per cent."""
    return UNKNOWN if not math.isfinite(share) else f"{number(100 * share, digits, signed=signed)}{NO_BREAK}%"


def dollars(value: float, *, signed: bool = False) -> str:
    """An amount of money, where USD is said already."""
    return number(value, amounts.money_decimals(value), signed=signed)


def usd(value: float, *, signed: bool = False) -> str:
    """An amount of money."""
    return UNKNOWN if not math.isfinite(value) else f"{dollars(value, signed=signed)}{NO_BREAK}USD"


def price(value: float) -> str:
    """A price, with as many digits as tell it from its neighbours."""
    return UNKNOWN if not math.isfinite(value) else f"{amounts.price(value)}{NO_BREAK}USD"


def quantity(value: float) -> str:
    """A quantity without its sign, in four digits."""
    return amounts.quantity(abs(value), 4)


def count(value: int, noun: str = "", plural: str = "") -> str:
    """A count with its noun: ``1 desk``, ``2,000 desks``."""
    if not noun:
        return f"{value:,}"
    return f"{value:,} {noun if value == 1 else plural or f'{noun}s'}"


def in_words(value: int, noun: str) -> str:
    """A count with its noun, small numbers in words: ``one bar``, ``13 bars``."""
    return f"{_SMALL[value] if value < len(_SMALL) else count(value)} {noun}{'' if value == 1 else 's'}"


def listing(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return f" {last} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def humanize(name: str) -> str:
    """A name from the code as words: ``WHALE_ACTIVITY`` is whale activity, ``market-hunter`` market hunter."""
    return name.replace("_", " ").replace("-", " ").lower()

"""Meanings of columns: what files of bars call what a bar has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "timestamp": (
            *("timestamp", "open time", "opentime", "unix timestamp", "unix", "unix time", "timestamp ms", "datetime", "date time"),
            *("candle begin time", "period start", "gmt time", "local time", "date", "time", "datum", "zeit", "ts", "t"),
        ),
        "open": ("open", "opening price", "open price", "o", "eroffnung", "eroffnungskurs", "erster", "ouverture", "apertura"),
        "high": ("high", "high price", "h", "hoch", "tageshoch", "hochst", "plus haut", "max", "maximo"),
        "low": ("low", "low price", "l", "tief", "tagestief", "plus bas", "min", "minimo"),
        "close": (
            *("close", "close/last", "closing price", "close price", "c", "price"),
            *("last", "schluss", "schlusskurs", "zuletzt", "cloture"),
        ),
        "volume": ("volume", "vol", "v", "base volume", "basevolume", "volumen", "stucke", "umsatz"),
        "symbol": ("symbol", "ticker", "pair", "instrument", "asset", "name"),
        "trades": ("trades", "number of trades", "num trades", "trade count", "tradecount", "count", "n"),
        "taker_buy_volume": ("taker buy volume", "taker buy base asset volume", "taker buy base volume", "taker buy base"),
        "quote_volume": ("quote volume", "quotevolume", "quote asset volume", "volume currency", "turnover"),
        "whale_count": ("whale count",),
    }
)
"""Names of columns by what they are taken for, those that say it best first; in small letters, with a space for what is neither letter,
digit nor slash."""

_QUOTED = {"usd", "usdt", "usdc", "busd", "fdusd", "tusd", "dai", "eur", "gbp", "jpy", "krw", "currency", "quote"}
"""Units of volumes that are no volumes of the asset."""


def simplified(name: str) -> str:
    """A name as `NAMES` has them."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9/]+", " ", plain).strip()


def meanings(columns: Sequence[str]) -> dict[str, str]:
    """Column by meaning: for each the column whose name says it best, of two that say it alike the first."""
    simple = [simplified(column) for column in columns]
    found = {}
    for meaning, names in NAMES.items():
        known = [place for name in names for place, column in enumerate(simple) if column == name]
        if known:
            found[meaning] = columns[known[0]]
    for place, column in enumerate(simple):
        if (counted := re.fullmatch(r"volume ([a-z0-9]+)", column)) and columns[place] not in found.values():
            found.setdefault("quote_volume" if counted[1] in _QUOTED else "volume", columns[place])
    return found

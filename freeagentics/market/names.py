"""Names of the data files that come with the package, and help with misspelt ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from freeagentics.errors import BadBars, nearest

SHIPPED_BARS = ("btcusdt-1h", "btcusdt-15m", "ten-pairs-4h", "us-stocks-1d")
SHIPPED_DAILY = ("btc-sentiment-funding-1d",)
"""Names that `load_bars` and `load_daily` take in place of a path."""

_DATA = Path(__file__).parent / "data"


def in_brackets(name: str, known: Iterable[str]) -> str:
    """`` (did you mean X?)``, or nothing where no known name is close."""
    near = nearest(name, known)
    return f" (did you mean {near}?)" if near is not None else ""


def locate(name_or_path: str | Path, shipped: tuple[str, ...]) -> Path:
    """Path of a shipped file's name, or of a file of the user's.

    Raises:
        BadBars: neither a name in *shipped* nor an existing file.
    """
    if str(name_or_path) in shipped:
        return _DATA / f"{name_or_path}.parquet"
    path = Path(name_or_path)
    if not path.is_file():
        near = in_brackets(str(name_or_path), shipped)
        raise BadBars(
            f"{name_or_path}: no such file, nor a shipped name{near}; give a .parquet or .csv file, or one of {', '.join(shipped)}"
        )
    return path

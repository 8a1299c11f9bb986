"""What follows the ? in a store's URL."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import SplitResult, parse_qsl

from freeagentics.errors import BadStore, did_you_mean

_DAYS = re.compile("[1-9][0-9]{0,4}d")


def url_options(parts: SplitResult, known: Collection[str]) -> dict[str, str]:
    """Options by name. Raises BadStore for one that is not *known*, and for one given twice."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    for name in options:
        if name not in known:
            hint = f"; {did_you_mean(name, known)}" if known else ""
            raise BadStore(f"a {parts.scheme}: URL has no option {name!r}{hint}")
    if len(options) < len(pairs):
        raise BadStore(f"a {parts.scheme}: URL names an option twice")
    return options


def retention_days(options: Mapping[str, str]) -> int | None:
    """The option `retention`, in days of wall time; None where it is not given. Raises BadStore."""
    text = options.get("retention")
    if text is None:
        return None
    if not _DAYS.fullmatch(text):
        raise BadStore(f"option retention must be days like 90d, not {text!r}")
    return int(text[:-1])

"""URLs of stores: their parts, options, and as they may be shown. Errors repeat nothing that may be a piece of a password."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from freeagentics.errors import BadStore, did_you_mean

_DAYS = re.compile("[1-9][0-9]{0,4}d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A password that is not percent-encoded reaches further than it may; no other part of a URL of Redis has an @, but perhaps a file's path.
_CREDENTIALS = re.compile(r"(rediss?[^:]*://).*@|([^:]*://)[^/?#]*@", re.DOTALL)


def split_url(url: str) -> SplitResult:
    """The parts of a URL. Raises BadStore where they cannot be told apart."""
    try:
        # Some control characters would be left out without a word: another URL than the given one.
        if not _CONTROL.search(url):
            return urlsplit(url)
    except ValueError:
        pass
    scheme = url.partition(":")[0]
    raise BadStore(
        f"a {scheme}: URL cannot be read; what is no letter, digit or mark of punctuation in it is percent-encoded, as are [ and ]"
    )


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


def public_url(url: str) -> str:
    """The URL without the name and password of whoever opens it."""
    found = _CREDENTIALS.match(url)
    return f"{found[1] or found[2]}***@{url[found.end() :]}" if found else url

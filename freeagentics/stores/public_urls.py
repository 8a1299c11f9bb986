"""A store's URL as it may be shown."""

from __future__ import annotations

import re

# A password that is not percent-encoded reaches further than it may; no other part of a URL of Redis has an @, but perhaps a file's path.
_CREDENTIALS = re.compile(r"(rediss?[^:]*://).*@|([^:]*://)[^/?#]*@", re.DOTALL)


def public_url(url: str) -> str:
    """The URL without the name and password of whoever opens it."""
    found = _CREDENTIALS.match(url)
    return f"{found[1] or found[2]}***@{url[found.end() :]}" if found else url

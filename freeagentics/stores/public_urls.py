"""A store's URL as it may be shown."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=//)[^/?#]*@")


def public_url(url: str) -> str:
    """The URL without the name and password of whoever opens it."""
    return _CREDENTIALS.sub("***@", url)

"""What may become a key: names are checked before they reach a backend, the same way for all of them."""

from __future__ import annotations

import re
from reprlib import repr as short

from freeagentics.errors import BadInput, BadName

MAX_INT = 2**63 - 1
"""Largest whole number that every backend keeps exactly; the smallest is its negative."""

MAX_SORT = 2**53
"""Largest whole number that an index keeps exactly: Redis holds the scores of sorted sets as doubles."""

_RUN = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
_AGENT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_KEY = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,1024}")


def check_run(run: object) -> None:
    """Raise `BadName` unless *run* matches ``[a-z0-9][a-z0-9-]{0,127}``."""
    _check(_RUN, "run id", run)


def check_agent(agent: object) -> None:
    """Raise `BadName` unless *agent* matches ``[a-z0-9][a-z0-9-]{0,63}``."""
    _check(_AGENT, "agent id", agent)


def check_label(what: str, label: object) -> None:
    """Raise `BadName` unless *label*, the name of a table or an index, matches ``[A-Za-z0-9][A-Za-z0-9_.-]{0,127}``."""
    _check(_LABEL, what, label)


def check_key(what: str, key: object) -> None:
    """Raise `BadName` unless *key* is 1 to 1,024 characters of text without control characters and lone surrogates."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadName(f"{what} {short(key)} must be text of 1 to 1,024 characters without control characters")


def check_int(what: str, value: object, *, low: int = -MAX_INT) -> None:
    """Raise `BadInput` unless *value* is an `int` (numpy's are not) from *low* to `MAX_INT`."""
    if not isinstance(value, int) or not low <= value <= MAX_INT:
        raise BadInput(f"{what} {short(value)} must be an int from {low} to {MAX_INT}")


def check_number(what: str, value: object) -> None:
    """Raise `BadInput` unless *value* is a finite `float`, or an `int` within ±`MAX_SORT`."""
    limit = MAX_SORT if isinstance(value, int) else float("inf")
    # NaN fails here as infinity does: it would sort nowhere.
    if not isinstance(value, (int, float)) or not -limit < value < limit:
        raise BadInput(f"{what} {short(value)} must be a finite float, or an int within ±2**53")


def check_now(now: object) -> None:
    """Raise `BadInput` unless *now* is None or a market time in ms."""
    if now is not None:
        check_int("now", now)


def check_limit(limit: object) -> None:
    """Raise `BadInput` unless *limit* is None or a count."""
    if limit is not None:
        check_int("limit", limit, low=0)


def check_body(body: object) -> None:
    """Raise `BadInput` unless *body* is `bytes`; an empty one is fine, a mutable buffer is not."""
    if not isinstance(body, bytes):
        raise BadInput(f"a body must be bytes, not {type(body).__name__}")


def _check(pattern: re.Pattern[str], what: str, name: object) -> None:
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise BadName(f"{what} {short(name)} must match {pattern.pattern}")

"""Validation: names and numbers are checked before they reach a backend, the same way for all of them, and made Python's own."""

from __future__ import annotations

import math
import re
from reprlib import repr as short

import numpy as np

from freeagentics.errors import BadInput, BadName

MAX_INT = 2**63 - 1
"""Largest whole number that every backend keeps exactly; the smallest is its negative."""

MAX_SORT = 2**53
"""Largest whole number that an index keeps exactly: Redis holds the scores of sorted sets as doubles."""

MAX_BODY = 256 * 2**20
"""Most bytes of a body: Redis drops the connection at 512 MiB, where a caller would be told that nobody answers."""

_RUN = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
_AGENT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_KEY = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,1024}")


def check_run(run: object) -> str:
    """The run id that *run* is. Raises `BadName` unless it matches ``[a-z0-9][a-z0-9-]{0,127}``."""
    return _check(_RUN, "run id", run)


def check_agent(agent: object) -> str:
    """The agent id that *agent* is. Raises `BadName` unless it matches ``[a-z0-9][a-z0-9-]{0,63}``."""
    return _check(_AGENT, "agent id", agent)


def check_label(what: str, label: object) -> str:
    """The name of a table or an index that *label* is. Raises `BadName` unless it matches ``[A-Za-z0-9][A-Za-z0-9_.-]{0,127}``."""
    return _check(_LABEL, what, label)


def check_key(what: str, key: object) -> str:
    """The text that *key* is. Raises `BadName` unless it has 1 to 1,024 characters, no control characters and no lone surrogates."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadName(f"{what} {short(key)} must be text of 1 to 1,024 characters without control characters")
    return str.__str__(key)


def check_int(what: str, value: object, *, low: int = -MAX_INT) -> int:
    """The `int` that *value*, one of Python's or of numpy's, is. Raises `BadInput` unless it is from *low* to `MAX_INT`."""
    number = int(value) if isinstance(value, (int, np.integer)) else None
    if number is None or not low <= number <= MAX_INT:
        raise BadInput(f"{what} {short(value)} must be an int from {low} to {MAX_INT}")
    return number


def check_number(what: str, value: object) -> float:
    """The `float` or `int` that *value*, one of Python's or of numpy's, is. Raises `BadInput` unless finite, an int in ±`MAX_SORT`."""
    number: float | None = None
    if isinstance(value, (int, np.integer)):
        number = int(value) if -MAX_SORT < value < MAX_SORT else None
    elif isinstance(value, (float, np.floating)):
        number = float(value)
        # NaN fails here as infinity does: it would sort nowhere. A longer float of numpy's would come back another.
        number = number if -math.inf < number < math.inf and number == value else None
    if number is None:
        raise BadInput(f"{what} {short(value)} must be a finite float, or an int within ±2**53")
    return number


def check_now(now: object) -> int | None:
    """None, or the market time in ms that *now* is. Raises `BadInput`."""
    return None if now is None else check_int("now", now)


def check_limit(limit: object) -> int | None:
    """None, or the count that *limit* is. Raises `BadInput`."""
    return None if limit is None else check_int("limit", limit, low=0)


def check_body(body: object) -> bytes:
    """The bytes that *body* is; none are fine. Raises `BadInput` for a mutable buffer, and for more than `MAX_BODY` of them."""
    if not isinstance(body, bytes):
        raise BadInput(f"a body must be bytes, not {type(body).__name__}")
    if len(body) > MAX_BODY:
        raise BadInput(f"a body must have at most {MAX_BODY:,} bytes, not {len(body):,}")
    return bytes(body)


def _check(pattern: re.Pattern[str], what: str, name: object) -> str:
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise BadName(f"{what} {short(name)} must match {pattern.pattern}")
    # Not the name itself: what is written into a key of a member of an enumeration is not what it was compared by.
    return str.__str__(name)

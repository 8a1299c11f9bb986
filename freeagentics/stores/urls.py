"""From a store's URL to the store."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from freeagentics.errors import BadStore
from freeagentics.stores.contract import Store
from freeagentics.stores.memory import MemoryStore
from freeagentics.stores.sqlite import SqliteStore


def open_store(url: str, run: str) -> Store:
    """Open the store at *url* for the records of *run*.

    Args:
        url: ``memory:``, or ``sqlite:///relative/path.db`` or ``sqlite:////absolute/path.db``, as SQLAlchemy writes them.
        run: a run id, ``[a-z0-9][a-z0-9-]{0,127}``.

    Raises:
        BadStore: the URL names no store that can be opened.
        BadName: *run* is not a run id.
        StoreUnavailable: another process holds the store.
    """
    scheme, colon, place = url.partition(":")
    if colon and scheme in _OPENERS:
        return _OPENERS[scheme](place, run)
    known = "known: memory:, sqlite:///PATH"
    if not colon:
        raise BadStore(f"store {url!r} has no scheme; {known}")
    # The rest of the URL may hold a password, so only the scheme is repeated.
    near = get_close_matches(scheme, _OPENERS, n=1)
    hint = f"did you mean {near[0]}:? " if near else ""
    raise BadStore(f"unknown store scheme {scheme!r}; {hint}{known}")


def _open_memory(place: str, run: str) -> Store:
    if place:
        raise BadStore(f"store memory:{place}: takes nothing after the colon; write memory:")
    return MemoryStore(run)


def _open_sqlite(place: str, run: str) -> Store:
    path = place.removeprefix("///")
    if path == place:
        raise BadStore(f"store sqlite:{place}: needs three slashes before the path, four before an absolute one, e.g. sqlite:///runs/a.db")
    if not path:
        raise BadStore("store sqlite:///: has no path; write e.g. sqlite:///runs/a.db")
    if path == ":memory:":
        raise BadStore("store sqlite:///:memory: would be lost between calls; write memory: for a store in memory")
    if "?" in path or any(character < " " for character in path):
        raise BadStore(f"store sqlite:///{path!r}: a path has neither options (?) nor control characters")
    return SqliteStore(Path(path), run)


_OPENERS: dict[str, Callable[[str, str], Store]] = {"memory": _open_memory, "sqlite": _open_sqlite}

"""From a store's URL to the store."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from freeagentics.errors import BadStore
from freeagentics.stores.contract import Store
from freeagentics.stores.memory import MemoryStore
from freeagentics.stores.sqlite import SqliteStore

REDIS_SCHEMES = ("redis", "rediss", "redis+cluster", "rediss+cluster", "redis+shards", "rediss+shards")


def open_store(url: str, run: str) -> Store:
    """Open the store at *url* for the records of *run*.

    Args:
        url: one of
            ``memory:``,
            ``sqlite:///relative/path.db`` or ``sqlite:////absolute/path.db``, as SQLAlchemy writes them,
            ``redis://host:port/db``, ``redis+cluster://node,node`` or ``redis+shards://a,b,c``, each with ``rediss`` for TLS, with options
            ``layout``, ``retention``, ``cache`` and ``ca_certs``,
            ``dynamodb://region/prefix``, with options ``endpoint``, ``dax`` and ``retention``.
        run: a run id, ``[a-z0-9][a-z0-9-]{0,127}``.

    Raises:
        BadStore: the URL names no store that can be opened.
        BadName: *run* is not a run id.
        StoreUnavailable: another process holds the store.
    """
    scheme, colon, place = url.partition(":")
    if colon and scheme in _OPENERS:
        return _OPENERS[scheme](place, run)
    known = "known: memory:, sqlite:///PATH, redis://HOST, dynamodb://REGION/PREFIX"
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


def _open_dynamodb(place: str, run: str) -> Store:
    # boto3 is an extra, and half a second of imports that only its users should wait for.
    try:
        from freeagentics.stores.dynamodb.store import DynamoStore
        from freeagentics.stores.dynamodb.url import parse_address
    except ModuleNotFoundError as error:
        raise BadStore(f"a dynamodb: store needs the package {error.name}; pip install 'freeagentics[aws]'") from error
    return DynamoStore(parse_address(f"dynamodb:{place}"), run)


def _open_redis(scheme: str) -> Callable[[str, str], Store]:
    def open_at(place: str, run: str) -> Store:
        try:
            from freeagentics.stores.redis.store import RedisStore
            from freeagentics.stores.redis.url import parse_address
        except ModuleNotFoundError as error:
            raise BadStore(f"a {scheme}: store needs the package {error.name}; pip install 'freeagentics[redis]'") from error
        return RedisStore(parse_address(f"{scheme}:{place}"), run)

    return open_at


_OPENERS: dict[str, Callable[[str, str], Store]] = {
    "memory": _open_memory,
    "sqlite": _open_sqlite,
    "dynamodb": _open_dynamodb,
    **{scheme: _open_redis(scheme) for scheme in REDIS_SCHEMES},
}

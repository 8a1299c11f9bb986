"""Backends: what the scheme of a URL stands for. Nothing above the stores looks at a URL."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from freeagentics.errors import BadStore
from freeagentics.stores.contract import Store
from freeagentics.stores.in_memory import MemoryStore
from freeagentics.stores.sqlite import SqliteStore
from freeagentics.stores.urls import public_url


class Backend(ABC):
    """One kind of store: how its stores are opened, prepared, checked, and opened to single agents."""

    @abstractmethod
    def open(self, url: str, run: str) -> Store:
        """Open the store at *url* for the records of *run*."""

    def init(self, url: str) -> list[str]:
        """Make what a store needs before its first use; the names of what was made."""
        self.open(url, "init").close()
        return []

    def check(self, url: str) -> list[str]:
        """Faults of a store that can be reached, a line each."""
        self.open(url, "check").close()
        return []

    def access_rules(self, url: str, run: str, agent: str) -> str:
        """Rules that let an agent read its own records of a run, and nobody else's, in the words of the server."""
        raise BadStore(f"store {public_url(url)}: knows no users; Redis and DynamoDB do")


class MemoryBackend(Backend):
    """``memory:``."""

    def open(self, url: str, run: str) -> Store:
        """A new store, empty."""
        if url != "memory:":
            raise BadStore(f"store {url}: takes nothing after the colon; write memory:")
        return MemoryStore(run)


class SqliteBackend(Backend):
    """``sqlite:///PATH``."""

    def open(self, url: str, run: str) -> Store:
        """The store in a file, which is made where it is missing."""
        path = url.removeprefix("sqlite:///")
        if path == url:
            raise BadStore(f"store {url}: needs three slashes before the path, four before an absolute one, e.g. sqlite:///runs/a.db")
        if not path:
            raise BadStore("store sqlite:///: has no path; write e.g. sqlite:///runs/a.db")
        if path == ":memory:":
            raise BadStore("store sqlite:///:memory: would be lost between calls; write memory: for a store in memory")
        if "?" in path or any(character < " " for character in path):
            raise BadStore(f"store sqlite:///{path!r}: a path has neither options (?) nor control characters")
        return SqliteStore(Path(path), run)


class RedisBackend(Backend):
    """``redis://HOST`` and its variants."""

    def open(self, url: str, run: str) -> Store:
        """The store on the servers."""
        with _extra("redis", url):
            from freeagentics.stores.redis.store import RedisStore
            from freeagentics.stores.redis.url import parse_url
        return RedisStore(parse_url(url), run)

    def access_rules(self, url: str, run: str, agent: str) -> str:
        """A command of the server that makes the agent's user."""
        from freeagentics.stores.redis.acl import acl_command
        from freeagentics.stores.redis.url import parse_url

        return acl_command(run, agent, vectors=parse_url(url).vectors)


class DynamoBackend(Backend):
    """``dynamodb://REGION/PREFIX``."""

    def open(self, url: str, run: str) -> Store:
        """The store in the tables of one deployment."""
        # boto3 takes half a second of imports that only its users should wait for.
        with _extra("aws", url):
            from freeagentics.stores.dynamodb.store import DynamoStore
            from freeagentics.stores.dynamodb.url import parse_url
        return DynamoStore(parse_url(url), run)

    def init(self, url: str) -> list[str]:
        """Make the tables that are missing."""
        with _extra("aws", url):
            from freeagentics.stores.dynamodb.admin import init
        return init(url)

    def check(self, url: str) -> list[str]:
        """Faults of the tables."""
        with _extra("aws", url):
            from freeagentics.stores.dynamodb.admin import check
        return check(url)

    def access_rules(self, url: str, run: str, agent: str) -> str:
        """An IAM policy, as JSON."""
        from freeagentics.stores.dynamodb.policy import private_policy

        return json.dumps(private_policy(url, run, agent), indent=2)


@contextmanager
def _extra(extra: str, url: str) -> Iterator[None]:
    """Around imports of a driver that is an extra: names the extra where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise BadStore(f"a {url.partition(':')[0]}: store needs the package {error.name}; pip install 'freeagentics[{extra}]'") from error


_REDIS = RedisBackend()
_BACKENDS: dict[str, Backend] = {
    "memory": MemoryBackend(),
    "sqlite": SqliteBackend(),
    "dynamodb": DynamoBackend(),
    **dict.fromkeys((f"redis{tls}{kind}" for kind in ("", "+cluster", "+shards", "+sentinel") for tls in ("", "s")), _REDIS),
}


def backend_of(url: str) -> Backend:
    """The backend that the scheme of a URL stands for. Raises BadStore where there is none."""
    scheme, colon, _ = url.partition(":")
    if colon and scheme in _BACKENDS:
        return _BACKENDS[scheme]
    known = "known: memory:, sqlite:///PATH, redis://HOST, dynamodb://REGION/PREFIX"
    if not colon:
        raise BadStore(f"store {url!r} has no scheme; {known}")
    # The rest of the URL may hold a password, so only the scheme is repeated.
    near = get_close_matches(scheme, _BACKENDS, n=1)
    hint = f"did you mean {near[0]}:? " if near else ""
    raise BadStore(f"unknown store scheme {scheme!r}; {hint}{known}")


def open_store(url: str, run: str) -> Store:
    """Open the store at *url* for the records of *run*.

    Args:
        url: one of
            ``memory:``,
            ``sqlite:///relative/path.db`` or ``sqlite:////absolute/path.db``, as SQLAlchemy writes them,
            ``redis://host:port/db``, ``redis+sentinel://sentinel,sentinel/name``, ``redis+cluster://node,node`` or
            ``redis+shards://a,b,c``, each with ``rediss`` for TLS, with options ``layout``, ``retention``, ``cache``, ``vectors``
            and ``ca_certs``,
            ``dynamodb://region/prefix``, with options ``endpoint``, ``dax`` and ``retention``.
        run: a run id, ``[a-z0-9][a-z0-9-]{0,127}``.

    Raises:
        BadStore: the URL names no store that can be opened.
        BadName: *run* is not a run id.
        StoreUnavailable: another process holds the store.
    """
    return backend_of(url).open(url, run)


def init_store(url: str) -> list[str]:
    """Make what a store needs before its first use; the names of what was made. Raises BadStore or StoreUnavailable."""
    return backend_of(url).init(url)


def check_store(url: str) -> list[str]:
    """Faults of a store, a line each. Raises BadStore or StoreUnavailable where it cannot be opened."""
    return backend_of(url).check(url)


def access_rules(url: str, run: str, agent: str) -> str:
    """Rules that let an agent read its own records of a run, and nobody else's: a command for a Redis server, or a policy for DynamoDB.

    Raises:
        BadStore: a store that knows no users.
        BadName: an id is not one.
    """
    return backend_of(url).access_rules(url, run, agent)

"""``redis:`` URLs: which servers, how to get in, and how records are laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote

from freeagentics.errors import BadStore
from freeagentics.stores.urls import retention_days, split_url, url_options

_PORT, _SENTINEL_PORT = 6379, 26_379
_SERVICE = re.compile("[A-Za-z0-9_.-]{1,64}")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?")
_OPTIONS = ("layout", "retention", "cache", "vectors", "ca_certs")
_DAY_S = 86_400
_EXAMPLE = "write e.g. redis://localhost:6379/0"
_ENCODED = "in a user's name and password # / ? % @ : [ ] are percent-encoded: %23 %2F %3F %25 %40 %3A %5B %5D"
_RAW_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """Servers of one deployment.

    Attributes:
        scheme: ``redis`` or ``rediss`` (TLS), with ``+cluster``, ``+shards`` or ``+sentinel`` after it.
        hosts: (host, port) of the server, of nodes of a cluster, of all shards, or of Sentinels.
        database: number of the database; a cluster has only 0.
        username: or None for the default user.
        password: or None.
        keys: a memory is a key of its own (``layout=keys``) instead of an entry in its agent's stream.
        retention_s: seconds of wall time after which the server may drop a key that nobody writes to any more, or None to keep it.
        cache: records may be lost: a server that evicts keys will do.
        vectors: memories can be searched by likeness: their vectors are kept too, which takes Redis 8.
        ca_certs: file of the authorities whose certificates are trusted, or None for the system's.
        service: name under which Sentinels know the primary and its replicas; None without Sentinels.
    """

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    keys: bool = False
    retention_s: int | None = None
    cache: bool = False
    vectors: bool = False
    ca_certs: str | None = None
    service: str | None = None

    def __str__(self) -> str:
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return "/".join([f"{self.scheme}://{hosts}", *([self.service] if self.service else []), str(self.database)])

    @property
    def tls(self) -> bool:
        """True where connections are encrypted and servers must show a certificate."""
        return self.scheme.startswith("rediss")

    @property
    def kind(self) -> str:
        """``cluster``, ``shards``, ``sentinel``, or nothing for one server."""
        return self.scheme.partition("+")[2]


def parse_url(url: str) -> RedisUrl:
    """The address in ``redis[s][+cluster|+shards]://[USER:PASSWORD@]HOST[:PORT][,…][/DB][?layout=keys][&retention=90d][&cache=yes][&vectors=yes][&ca_certs=FILE]``,
    or ``redis[s]+sentinel://[USER:PASSWORD@]HOST[:PORT][,…]/SERVICE[/DB]`` with the same options.

    Raises:
        BadStore: there is none in it.
    """
    parts = split_url(url)
    try:
        username, password, places = _who(parts)
        options = url_options(parts, _OPTIONS)
        days = retention_days(options)
        service, database = _service(parts)
        address = RedisUrl(
            parts.scheme,
            tuple(_host(place, parts.scheme) for place in places),
            _database(database, parts.fragment),
            username,
            password,
            _choice(options, "layout", streams=False, keys=True),
            None if days is None else days * _DAY_S,
            _choice(options, "cache", no=False, yes=True),
            _choice(options, "vectors", no=False, yes=True),
            _file(options, "ca_certs"),
            service,
        )
    except BadStore as error:
        raise BadStore(f"a {parts.scheme}: store: {error}") from error
    _check_kind(address)
    return address


def _who(parts: SplitResult) -> tuple[str | None, str | None, list[str]]:
    """User, password, and the places of servers. Raises BadStore where one of them ended early, at a raw delimiter."""
    options = [name + value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "ca_certs"]
    credentials, _, places = parts.netloc.rpartition("@")
    # No host, database or option has an @, so what stands before it is no such thing either.
    early = any("@" in text for text in (parts.path, parts.fragment, *options))
    if early or _RAW_PERCENT.search(credentials) or ("@" in credentials and "," in parts.netloc):
        raise BadStore(f"{_ENCODED}; both stand once, before the first server, e.g. redis://me:pa%23ss@localhost:6379/0")
    username, _, password = credentials.partition(":")
    try:
        return unquote(username, errors="strict") or None, unquote(password, errors="strict") or None, places.split(",")
    except UnicodeDecodeError:
        raise BadStore("a user's name and password are percent-encoded as UTF-8") from None


def _check_kind(address: RedisUrl) -> None:
    if not address.kind and len(address.hosts) > 1:
        raise BadStore(f"store {address}: names several servers; write redis+cluster://, redis+shards:// or redis+sentinel://")
    if address.kind == "cluster" and address.database:
        raise BadStore(f"store {address}: a cluster has no database {address.database}")
    if len(set(address.hosts)) < len(address.hosts):
        raise BadStore(f"store {address}: names a server twice")


def _host(place: str, scheme: str) -> tuple[str, int]:
    match = _HOST.fullmatch(place)
    port = int(match[3] or (_SENTINEL_PORT if scheme.endswith("+sentinel") else _PORT)) if match else 0
    if not match or not 0 < port < 65_536:
        # It may be a piece of a password, so it is not repeated.
        raise BadStore(f"after {scheme}:// comes HOST[:PORT], and before it perhaps USER:PASSWORD@; {_EXAMPLE}; {_ENCODED}")
    return match[1] or match[2], port


def _service(parts: SplitResult) -> tuple[str | None, str]:
    """The name that Sentinels have for the primary, where they are asked, and the rest of the path, which is the database."""
    path = parts.path.removeprefix("/")
    if not parts.scheme.endswith("+sentinel"):
        return None, path
    service, _, database = path.partition("/")
    if not _SERVICE.fullmatch(service):
        raise BadStore(
            "after the Sentinels comes the name that they have for the primary, and perhaps /DB; write e.g. "
            f"{parts.scheme}://sentinel-1,sentinel-2,sentinel-3/mymaster/0"
        )
    return service, database


def _database(path: str, fragment: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", path or "0") or fragment:
        raise BadStore(f"after the servers comes nothing or /DB, the number of a database; {_EXAMPLE}")
    return int(path or 0)


def _choice(options: dict[str, str], name: str, **values: bool) -> bool:
    given = options.get(name, next(iter(values)))
    if given not in values:
        raise BadStore(f"option {name} must be {' or '.join(values)}, not {given!r}")
    return values[given]


def _file(options: dict[str, str], name: str) -> str | None:
    path = options.get(name)
    if path is not None and not Path(path).is_file():
        raise BadStore(f"option {name}: there is no file {path}")
    return path

"""``dynamodb://`` URLs: where the tables are, what they are called, and how to reach them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from freeagentics.errors import BadStore
from freeagentics.stores.urls import retention_days, split_url, url_options

_REGION = re.compile(r"[a-z]+(-[a-z0-9]+)*")
# No dot: the first dot of a table's name ends the prefix, so no deployment's tables can be taken for another's.
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_OPTIONS = ("endpoint", "dax", "retention")
_EXAMPLE = "write e.g. dynamodb://eu-west-1/trading"


@dataclass(frozen=True, slots=True)
class DynamoUrl:
    """One deployment's tables.

    Attributes:
        region: of AWS, e.g. ``eu-west-1``.
        prefix: what the tables' names begin with, before a dot: ``trading.agent_decisions``.
        endpoint: URL of another server than the region's own, or None.
        dax: URL of a DAX cluster (``dax://`` or ``daxs://``) through which data are read and written, or None.
        retention_days: days of wall time after which the server may delete what was written, or None to keep it.
    """

    region: str
    prefix: str
    endpoint: str | None = None
    dax: str | None = None
    retention_days: int | None = None

    def __str__(self) -> str:
        return f"dynamodb://{self.region}/{self.prefix}"

    def table(self, name: str) -> str:
        """The full name of a table."""
        return f"{self.prefix}.{name}"


def parse_url(url: str) -> DynamoUrl:
    """The address in ``dynamodb://REGION/PREFIX[?endpoint=URL][&dax=URL][&retention=90d]``; raises `BadStore` where there is none."""
    if "@" in url:
        raise BadStore("a dynamodb: URL carries no credentials; they come from the environment, a profile or a role, as boto3 finds them")
    parts = split_url(url)
    region, prefix = parts.netloc, parts.path.removeprefix("/")
    if not _REGION.fullmatch(region):
        # It may be a key, so it is not repeated.
        raise BadStore(f"a dynamodb: URL needs a region after the slashes; {_EXAMPLE}")
    if not _PREFIX.fullmatch(prefix) or parts.fragment:
        raise BadStore(f"store dynamodb://{region}: needs a prefix for its tables, {_PREFIX.pattern}; {_EXAMPLE}")
    options = url_options(parts, _OPTIONS)
    return DynamoUrl(
        region,
        prefix,
        endpoint=_server(options, "endpoint", ("http", "https")),
        dax=_server(options, "dax", ("dax", "daxs")),
        retention_days=retention_days(options),
    )


def _server(options: dict[str, str], name: str, schemes: tuple[str, str]) -> str | None:
    if name not in options:
        return None
    server = split_url(options[name])
    if server.scheme not in schemes or not server.hostname or "@" in options[name] or server.query:
        raise BadStore(f"option {name} of a dynamodb: URL must be {schemes[0]}://HOST[:PORT] or {schemes[1]}://HOST[:PORT]")
    return options[name]

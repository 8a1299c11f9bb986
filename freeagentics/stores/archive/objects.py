"""A folder of objects, in object storage or on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, ObjectStore, S3Store

from freeagentics.errors import AccessDenied, BadStore, StoreUnavailable
from freeagentics.stores.urls import split_url, url_options

if TYPE_CHECKING:
    from obstore.store import S3Config

_OPTIONS = ("endpoint", "region")
_EXAMPLES = "write file:///absolute/folder, or s3://bucket/prefix"


class ArchiveUrl(NamedTuple):
    """The URL of a folder of objects: a local path, or a bucket, a prefix in it, and how to reach it."""

    bucket: str
    path: str
    endpoint: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.path}".rstrip("/") if self.bucket else f"file://{self.path}".rstrip("/")


def parse_url(url: str) -> ArchiveUrl:
    """The URL that ``file:///folder`` or ``s3://bucket/prefix[?endpoint=URL][&region=NAME]`` names; raises `BadStore`."""
    parts = split_url(url)
    # No bucket has a colon: what is before it is the name of a key.
    if "@" in parts.netloc or ":" in parts.netloc:
        raise BadStore("an archive's URL carries no credentials; they come from the environment or the machine's role")
    if parts.fragment:
        raise BadStore("an archive's URL has no part after a #; write %23 where the folder's name has one")
    options = url_options(parts, _OPTIONS if parts.scheme == "s3" else ())
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return ArchiveUrl("", unquote(parts.path))
    if parts.scheme == "s3" and parts.netloc and ".." not in parts.path.split("/"):
        endpoint = split_url(options.get("endpoint", "https://default"))
        if endpoint.scheme not in ("http", "https") or not endpoint.hostname or "@" in endpoint.geturl():
            raise BadStore("option endpoint of an archive's URL must be http://HOST[:PORT] or https://HOST[:PORT]")
        return ArchiveUrl(parts.netloc, parts.path.strip("/"), **options)
    raise BadStore(f"archive URL with scheme {parts.scheme!r} names no folder; {_EXAMPLES}")


class Objects:
    """The objects below *folder* of a URL; paths are relative to it.

    Args:
        url: where.
        folder: part of the path below it.

    Attributes:
        name: the folder's URL without options.
        options: what polars must know to read from there.
    """

    def __init__(self, url: ArchiveUrl, folder: str) -> None:
        self.name = f"{url}/{folder}"
        self.options = _options(url)
        with self._translated():
            self._store = _open(url, folder)

    def url(self, path: str) -> str:
        """The URL by which polars finds an object."""
        return f"{self.name}/{path}".removeprefix("file://")

    def get(self, path: str) -> bytes | None:
        """The bytes of an object, None where there is none."""
        with self._translated():
            try:
                return bytes(obstore.get(self._store, path).bytes())
            except FileNotFoundError:
                return None

    def put(self, path: str, content: bytes) -> None:
        """Write an object, whole or not at all."""
        with self._translated():
            obstore.put(self._store, path, content)

    def create(self, path: str, content: bytes) -> bool:
        """Write an object that is not there yet; False, and nothing done, where it is."""
        with self._translated():
            try:
                obstore.put(self._store, path, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def paths(self, prefix: str = "", *, older_than: timedelta | None = None) -> list[str]:
        """Paths below *prefix*, sorted; only of objects that were written so long ago, by the wall clock."""
        with self._translated():
            found = [meta for chunk in obstore.list(self._store, prefix) for meta in chunk]
        latest = None if older_than is None else datetime.now(UTC) - older_than
        return sorted(meta["path"] for meta in found if latest is None or meta["last_modified"] <= latest)

    def delete(self, paths: list[str]) -> None:
        """Delete objects; those that are gone already do not matter."""
        with self._translated():
            for path in paths:
                try:
                    obstore.delete(self._store, path)
                except FileNotFoundError:
                    continue

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            # The driver adds a page of details from the second line on.
            kind = AccessDenied if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) else StoreUnavailable
            raise kind(f"archive {self.name}: {str(error).strip().splitlines()[0]}") from error


def _options(url: ArchiveUrl) -> dict[str, str]:
    options = {"aws_endpoint_url": url.endpoint, "aws_region": url.region, "aws_allow_http": "true" if _plain_http(url) else ""}
    return {name: value for name, value in options.items() if value}


def _plain_http(url: ArchiveUrl) -> bool:
    return url.endpoint.startswith("http://")


def _open(url: ArchiveUrl, folder: str) -> ObjectStore:
    if not url.bucket:
        return LocalStore(f"{url.path}/{folder}", mkdir=True)
    config: S3Config = {}
    if url.endpoint:
        config["endpoint"] = url.endpoint
    if url.region:
        config["region"] = url.region
    return S3Store(
        url.bucket,
        prefix=f"{url.path}/{folder}".strip("/"),
        config=config,
        client_options={"allow_http": _plain_http(url), "connect_timeout": "5s", "timeout": "60s"},
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
    )

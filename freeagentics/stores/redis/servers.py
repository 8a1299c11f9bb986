"""The servers of a deployment, and which of them has what."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import redis
import redis.cluster
import redis.sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry

from freeagentics.stores.redis.url import RedisUrl

Call = tuple[str, tuple[Any, ...]]
"""(a key's tag, a command that touches keys of that tag only)."""

_TIMEOUT_S = 10.0
_CONNECT_TIMEOUT_S = 5.0
_CONNECTIONS = 16
_TAGS = 100_000
_TRIP_CALLS = 10_000
"""Calls of one trip: their answers wait in the server's memory until all are sent."""


class Servers:
    """One server, the one that Sentinels name, a cluster or shards, behind pipelines; safe to share between threads.

    Args:
        address: where.
    """

    def __init__(self, address: RedisUrl) -> None:
        self._clustered = address.kind == "cluster"
        self._clients = _clients(address)
        self._names = [f"{host}:{port}" for host, port in address.hosts]

    def close(self) -> None:
        """Let go of connections."""
        for client in self._clients:
            client.close()

    def run(self, calls: Sequence[Call]) -> list[Any]:
        """The answer to each call, an exception where the server refused it; as few trips as may be."""
        answers: list[Any] = [None] * len(calls)
        groups: dict[int, list[int]] = {}
        for number, (tag, _) in enumerate(calls):
            groups.setdefault(self._shard(tag), []).append(number)
        for shard, numbers in groups.items():
            for at in range(0, len(numbers), _TRIP_CALLS):
                some = numbers[at : at + _TRIP_CALLS]
                for number, answer in zip(some, self._trip(shard, [calls[number] for number in some]), strict=True):
                    answers[number] = answer
        return answers

    def _trip(self, shard: int, calls: Sequence[Call]) -> list[Any]:
        pipeline = self._clients[shard].pipeline(transaction=False)
        for _, command in calls:
            pipeline.execute_command(*command)
        return list(pipeline.execute(raise_on_error=False))

    def nodes(self) -> list[Any]:
        """A client of every server that holds keys."""
        if not self._clustered:
            return self._clients
        (cluster,) = self._clients
        return [cluster.get_redis_connection(node) for node in cluster.get_primaries()]

    def tags_everywhere(self, run: str) -> list[str]:
        """Tags of which every server has one, so that a server which lost its keys is missed."""
        found: dict[str, str] = {}
        wanted = len(self.nodes())
        # Every server with keys has its share of tags, so this ends soon; the bound is for one that has none.
        for number in range(_TAGS):
            tag = f"{{{run}:@{number}}}"
            found.setdefault(self._holder(tag), tag)
            if len(found) == wanted:
                break
        return list(found.values())

    def _holder(self, tag: str) -> str:
        if self._clustered:
            return str(self._clients[0].get_node_from_key(tag).name)
        return self._names[self._shard(tag)]

    def _shard(self, tag: str) -> int:
        return 0 if len(self._clients) == 1 else rendezvous(tag, self._names)


def rendezvous(tag: str, names: Sequence[str]) -> int:
    """The one of the shards *names* that has the keys of *tag*: that with the highest hash of both.

    Highest random weight (Thaler and Ravishankar 1998): a shard more takes over about 1/n of the tags, and no other tag moves.
    """
    return max(range(len(names)), key=lambda number: blake2b(f"{names[number]} {tag}".encode(), digest_size=8).digest())


def _options(address: RedisUrl) -> dict[str, Any]:
    options: dict[str, Any] = {
        "username": address.username,
        "password": address.password,
        "socket_timeout": _TIMEOUT_S,
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
        "health_check_interval": 30,
        "protocol": 2,
        # The connection repeats what may be repeated.
        "retry": Retry(NoBackoff(), 0),
    }
    return options | ({"ssl_ca_certs": address.ca_certs} if address.tls else {})


def _clients(address: RedisUrl) -> list[Any]:
    if address.kind == "cluster":
        return [_cluster(address)]
    return [_primary(address)] if address.service else [_server(address, *host) for host in address.hosts]


def _primary(address: RedisUrl) -> Any:
    """A client of the primary, for which a Sentinel is asked whenever a connection is made. User and password are for it, not for them."""
    asking = {name: value for name, value in _options(address).items() if name not in ("username", "password", "health_check_interval")}
    sentinel: Any = redis.sentinel.Sentinel
    asked = sentinel(address.hosts, sentinel_kwargs=asking | {"ssl": address.tls})
    return asked.master_for(address.service, db=address.database, ssl=address.tls, **_options(address))


def _server(address: RedisUrl, host: str, port: int) -> Any:
    pools: Any = redis.BlockingConnectionPool
    kind = redis.SSLConnection if address.tls else redis.Connection
    pool = pools(_CONNECTIONS, _TIMEOUT_S, connection_class=kind, host=host, port=port, db=address.database, **_options(address))
    return redis.Redis.from_pool(pool)


def _cluster(address: RedisUrl) -> Any:
    node: Any = redis.cluster.ClusterNode
    nodes = [node(host, port) for host, port in address.hosts]
    return redis.RedisCluster(startup_nodes=nodes, ssl=address.tls, **_options(address))

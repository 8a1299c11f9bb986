"""The backends that the contract's tests run over, a line each, and what those tests put into them."""

from collections.abc import Callable
from pathlib import Path

from aws_servers import new_dynamodb
from redis_servers import new_cluster, new_redis, new_redis_8, new_shards

from freeagentics.stores import IndexSpec, Item, LogEntry, TableSpec
from freeagentics.stores.tables import STATES

DECISIONS = TableSpec("decisions", (IndexSpec("by-time"), IndexSpec("by-name", text=True)))
PATTERNS = TableSpec("patterns")

BACKENDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda folder: "memory:",
    "sqlite": lambda folder: f"sqlite:///{folder / 'store.db'}",
    "redis": lambda folder: new_redis(),
    "redis-8": lambda folder: f"{new_redis_8()}?vectors=yes",
    "redis-keys": lambda folder: f"{new_redis()}?layout=keys",
    "redis-cluster": lambda folder: new_cluster(),
    "redis-shards": lambda folder: new_shards(),
    "dynamodb": lambda folder: new_dynamodb(DECISIONS, PATTERNS, STATES),
}
"""Name to the URL of an empty place, given a folder of the test's own."""

EXAMPLES = {"dynamodb": 4, "redis-cluster": 15, "redis-shards": 15}
"""How many examples a slow backend gets of a state machine, where others get 40: a request to moto takes 3 ms, to enter a cluster 20."""


def entry(agent: str, step: int, sequence: int = 0, body: bytes = b"code") -> LogEntry:
    return LogEntry(agent, step, sequence, 1_652_000_000_000 + step, body)


def timed(sort: str, at: float, *, partition: str = "p", expires: int | None = None) -> Item:
    return Item(partition, sort, sort.encode(), expires=expires, index={"by-time": ("all", at)})

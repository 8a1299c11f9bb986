"""A connection to DynamoDB: requests of the size the service takes, repeated where it asks for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from random import SystemRandom
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from freeagentics.errors import BadStore, StoreUnavailable
from freeagentics.stores.dynamodb.errors import translated
from freeagentics.stores.dynamodb.rows import Row
from freeagentics.stores.dynamodb.url import DynamoUrl

GET_KEYS, WRITE_ROWS = 100, 25
"""Most keys of a batch of reads, and most rows of a batch of writes; limits of the service."""

_WORKERS = 8
# The driver waits 50 ms before it tries again what was throttled or lost, and twice as long each time: 3.2 s in all.
_CONFIG = Config(retries={"mode": "legacy", "total_max_attempts": 7}, connect_timeout=5, read_timeout=10, max_pool_connections=2 * _WORKERS)
_PAUSES_S = tuple(0.05 * 2**n for n in range(8))
_session_lock = threading.Lock()
_random = SystemRandom()

T = TypeVar("T")
R = TypeVar("R")


@cache
def _session() -> boto3.Session:
    # One for all: each new one reads the service's description again, a tenth of a second; clients share credentials and their renewal.
    return boto3.Session()


def make_client(address: DynamoUrl) -> Any:
    """A client of the tables' server, which may be shared between threads."""
    with _session_lock, translated(address, "*"):
        try:
            return _session().client("dynamodb", region_name=address.region, endpoint_url=address.endpoint, config=_CONFIG)
        except ValueError as error:
            raise BadStore(f"store {address}: {error}") from error


def _make_dax_client(address: DynamoUrl) -> Any:
    from amazondax import AmazonDaxClient

    with _session_lock, translated(address, "*"):
        return AmazonDaxClient(_session(), region_name=address.region, endpoint_url=address.dax, config=_CONFIG)


def pauses() -> Iterator[None]:
    """Goes round at once, then after pauses that double, each cut to a random part so that rivals do not meet again; ends after nine."""
    yield
    for pause in _PAUSES_S:
        time.sleep(pause * _random.random())
        yield


class Connection:
    """Requests on tables by their full names; safe to share between threads.

    Args:
        address: where.

    Attributes:
        consistent_gets: reads by key bypass caches. Not so through DAX, whose cache is what it is for; it sees what was written through it.
    """

    def __init__(self, address: DynamoUrl) -> None:
        self.address = address
        self.consistent_gets = address.dax is None
        self._closed = False
        self._admin = make_client(address)
        self._client = self._admin if address.dax is None else _make_dax_client(address)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="dynamodb")

    def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self._pool.shutdown()
            for client in {id(client): client for client in (self._client, self._admin)}.values():
                client.close()

    def check_open(self) -> None:
        """Raise `StoreUnavailable` after `close`."""
        if self._closed:
            raise StoreUnavailable(f"store {self.address} is closed; open it again")

    def call(self, verb: str, table: str, **arguments: Any) -> dict[str, Any]:
        """One request; *table* is for the message where it fails."""
        self.check_open()
        with translated(self.address, table):
            return getattr(self._client, verb)(**arguments)

    def describe(self, table: str) -> None:
        """Raise `MissingTable` where there is none of that name, `StoreUnavailable` where nobody answers."""
        with translated(self.address, table):
            self._admin.describe_table(TableName=table)

    def tables(self) -> list[str]:
        """Full names of this deployment's tables."""
        self.check_open()
        start, names = self.address.table(""), []
        with translated(self.address, f"{start}*"):
            for page in self._admin.get_paginator("list_tables").paginate():
                names += [name for name in page["TableNames"] if name.startswith(start)]
        return names

    def each(self, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        """``work(task)`` for every task, several at a time; results in the order of the tasks, or the first failure once all have ended.

        Work that itself waits for `each` would wait for ever once all workers do.
        """
        self.check_open()
        if len(tasks) < 2:
            return [work(task) for task in tasks]
        try:
            futures = [self._pool.submit(work, task) for task in tasks]
        except RuntimeError:
            # Another thread has closed us just now.
            self.check_open()
            raise
        errors = [error for error in (future.exception() for future in futures) if error]
        if errors:
            raise errors[0]
        return [future.result() for future in futures]

    def get(self, table: str, keys: Sequence[Row], *, consistent: bool) -> list[Row]:
        """The rows that there are under different *keys*, in any order."""
        batches = [keys[at : at + GET_KEYS] for at in range(0, len(keys), GET_KEYS)]
        return [row for rows in self.each(lambda batch: self._get(table, batch, consistent), batches) for row in rows]

    def _get(self, table: str, keys: Sequence[Row], consistent: bool) -> list[Row]:
        found: list[Row] = []
        for _ in pauses():
            answer = self.call("batch_get_item", table, RequestItems={table: {"Keys": keys, "ConsistentRead": consistent}})
            found += answer["Responses"].get(table, [])
            keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not keys:
                return found
        raise self._exhausted(table, len(keys))

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Write rows over what is there, each whole."""
        self._write(table, [{"PutRequest": {"Item": row}} for row in rows])

    def delete(self, table: str, keys: Iterable[Row]) -> None:
        """Delete what is there under *keys*."""
        self._write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def _write(self, table: str, requests: list[Any]) -> None:
        batches = [requests[at : at + WRITE_ROWS] for at in range(0, len(requests), WRITE_ROWS)]
        self.each(lambda batch: self._write_batch(table, batch), batches)

    def _write_batch(self, table: str, requests: list[Any]) -> None:
        for _ in pauses():
            requests = self.call("batch_write_item", table, RequestItems={table: requests}).get("UnprocessedItems", {}).get(table, [])
            if not requests:
                return
        raise self._exhausted(table, len(requests))

    def pages(self, verb: str, table: str, **arguments: Any) -> Iterator[list[Row]]:
        """The rows of a ``query`` or ``scan``, by pages of the service's size; a page may be empty."""
        while True:
            answer = self.call(verb, table, TableName=table, **arguments)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _exhausted(self, table: str, left: int) -> StoreUnavailable:
        return StoreUnavailable(
            f"store {self.address}, table {table}: throttled; {left} records unprocessed after {len(_PAUSES_S) + 1} tries"
        )

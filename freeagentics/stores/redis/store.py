"""The store in Redis: logs as streams, tables as hashes with sorted sets for their order."""

from __future__ import annotations

from freeagentics.errors import BadStore
from freeagentics.stores.composed import ComposedStore
from freeagentics.stores.redis.connection import Connection
from freeagentics.stores.redis.keyed import KeyedLog
from freeagentics.stores.redis.servers import Call
from freeagentics.stores.redis.streams import StreamLog
from freeagentics.stores.redis.tables import Tables
from freeagentics.stores.redis.url import RedisUrl
from freeagentics.stores.redis.vectors import RedisVectors


class RedisStore(ComposedStore):
    """A run's records on one server, in a cluster or on shards. Many processes may share them.

    A lost connection is tried again for about two seconds. A count of what was deleted may then be too low: the first try may have done it.

    Args:
        address: where, and how.
        run: the run whose records these are.

    Raises:
        BadStore: the servers may throw records away, or are to keep vectors and cannot.
        StoreUnavailable: nobody answers.
        AccessDenied: the servers do not let us in.
    """

    def __init__(self, address: RedisUrl, run: str) -> None:
        super().__init__(run)
        self._connection = Connection(address)
        self._log = (KeyedLog if address.keys else StreamLog)(self._connection, run)
        self._tables = Tables(self._connection, run)
        try:
            _check_eviction(self._connection)
            self._vectors = RedisVectors(self._connection, run) if address.vectors else None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of connections."""
        self._connection.close()

    def drop_run(self) -> None:
        """Delete every key of this run, which reads through the names of all keys there are."""
        self._connection.drop(self.run)

    @property
    def vectors(self) -> RedisVectors | None:
        """Vector sets, where the address has ``vectors=yes``."""
        return self._vectors

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        if self._vectors is None:
            return super()._trim(agent, keep=keep, before_step=before_step)
        before = {entry.step for entry in self.read(agent)}
        trimmed = super()._trim(agent, keep=keep, before_step=before_step)
        self._vectors.remove(agent, sorted(before - {entry.step for entry in self.read(agent)}))
        return trimmed

    def _get_cursor(self, name: str) -> int | None:
        values = self._connection.run([(tag, ("HGET", f"{tag}:cursors", name)) for tag in self._connection.tags_everywhere(self.run)])
        # A server that lost its keys has lost its records too, so the cursor counts only where every server has it.
        return min((int(value) for value in values), default=None) if None not in values else None

    def _set_cursor(self, name: str, value: int) -> None:
        tags, retention = self._connection.tags_everywhere(self.run), self._connection.address.retention_s
        calls: list[Call] = [(tag, ("HSET", f"{tag}:cursors", name, value)) for tag in tags]
        # A cursor that outlived the records would vouch for what is gone.
        calls += [(tag, ("EXPIRE", f"{tag}:cursors", retention)) for tag in tags if retention]
        self._connection.run(calls)


def _check_eviction(connection: Connection) -> None:
    """Raise `BadStore` where a server with a limit on its memory would evict our keys, and the address does not say that it is a cache."""
    address = connection.address
    for memory in connection.info():
        policy = str(memory.get("maxmemory_policy", "noeviction"))
        # Only keys with a time to live are volatile; ours are where the address has a retention.
        evicts = policy.startswith("allkeys") or (policy.startswith("volatile") and address.retention_s is not None)
        if int(memory.get("maxmemory", 0)) and evicts and not address.cache:
            raise BadStore(
                f"store {address}: the server evicts keys when its memory is full (maxmemory-policy {policy}); "
                "set noeviction, or add ?cache=yes to the URL if records may be lost"
            )

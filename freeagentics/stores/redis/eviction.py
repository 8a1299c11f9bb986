"""Whether the servers may throw records away: looked at before a store is opened."""

from __future__ import annotations

from freeagentics.errors import BadStore
from freeagentics.stores.redis.connection import Connection


def check_eviction(connection: Connection) -> None:
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

"""The driver's and the server's errors as ours: one line that names the store and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis.exceptions as driver

from freeagentics.errors import AccessDenied, CorruptRecord, FreeagenticsError, StoreUnavailable
from freeagentics.stores.redis.url import RedisUrl

# Redis 6.2 refuses a script's command in words of its own.
_DENIED = ("NOPERM", "The user executing the script can't", "No permissions", "WRONGPASS", "NOAUTH")


def named(address: RedisUrl, error: Exception) -> FreeagenticsError:
    """The named error that *error* stands for."""
    reason = " ".join(str(error).split())
    if isinstance(error, (driver.NoPermissionError, driver.AuthenticationError)) or any(word in reason for word in _DENIED):
        return AccessDenied(f"store {address}: {reason}")
    if isinstance(error, driver.OutOfMemoryError) or "OOM command" in reason:
        return StoreUnavailable(f"store {address}: its memory is full (maxmemory), so nothing was written; {reason}")
    if isinstance(error, driver.ResponseError) and ("WRONGTYPE" in reason or "Bad data format" in reason or "Missing bytes" in reason):
        return CorruptRecord(f"store {address}: a key holds what this package did not write: {reason}")
    return StoreUnavailable(f"store {address}: {reason or type(error).__name__}")


@contextmanager
def translated(address: RedisUrl) -> Iterator[None]:
    """Turn errors of the driver into those of `named`."""
    try:
        yield
    except (driver.RedisError, driver.RedisClusterException, OSError) as error:
        raise named(address, error) from error

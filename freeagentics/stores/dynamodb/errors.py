"""The service's errors as ours: one line that names the table, the reason, and what to do where something can be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from freeagentics.errors import AccessDenied, StoreUnavailable, in_command
from freeagentics.stores.dynamodb.url import DynamoUrl

_NOT_LET_IN = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
}
_LOST_RACES = {"ConditionalCheckFailed", "TransactionConflict"}


class Conflict(Exception):
    """Somebody else had changed a row that was to be written on a condition; nothing of the request has happened."""


class MissingTable(StoreUnavailable):
    """A table of the store does not exist."""


@contextmanager
def translated(address: DynamoUrl, table: str) -> Iterator[None]:
    """Turn errors of the driver into `Conflict`, `MissingTable`, `AccessDenied` or `StoreUnavailable`."""
    try:
        yield
    except ClientError as error:
        code, message = (str(error.response.get("Error", {}).get(name, "")) for name in ("Code", "Message"))
        if _is_conflict(code, error):
            raise Conflict from error
        if code == "ResourceNotFoundException":
            raise MissingTable(
                f"store {address}: table {table} does not exist; run `freeagentics store init {in_command(address)}` first"
            ) from error
        kind = AccessDenied if code in _NOT_LET_IN else StoreUnavailable
        raise kind(_line(address, table, f"{code}: {message}")) from error
    except (BotoCoreError, OSError) as error:
        raise StoreUnavailable(_line(address, table, str(error))) from error


def _is_conflict(code: str, error: ClientError) -> bool:
    if code == "TransactionCanceledException":
        # A transaction is also cancelled where a row is too large or the table throttled; trying those again at once would not help.
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        return bool(reasons & _LOST_RACES) and reasons <= _LOST_RACES | {"None"}
    return code in ("ConditionalCheckFailedException", "TransactionConflictException")


def _line(address: DynamoUrl, table: str, reason: str) -> str:
    return f"store {address}, table {table}: {' '.join(reason.split())}"

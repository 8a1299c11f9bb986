"""Bodies too large for one row: cut into rows of their own, found again by what is in them.

Parts are written before the row that names them and never changed, so a reader sees the old body or the new one. What nobody names any
more, also after a crash between the two, `sweep` deletes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha256

from freeagentics.stores.dynamodb.connection import WRITE_ROWS, Connection
from freeagentics.stores.dynamodb.errors import Conflict
from freeagentics.stores.dynamodb.rows import Row

# A row may have 400 KiB with all keys and names: 45 KB at most where every key of an item has its largest size.
_INLINE_BYTES = 350_000
_PART_BYTES = 390_000
_GRACE_S = 3600.0


def stow(connection: Connection, table: str, row: Row, body: bytes) -> Row:
    """*row* with its body, or with the name of the parts, which are written by then."""
    if len(body) <= _INLINE_BYTES:
        return row | {"body": {"B": body}}
    pieces = [body[at : at + _PART_BYTES] for at in range(0, len(body), _PART_BYTES)]
    named = row | {"parts": {"N": str(len(pieces))}, "digest": {"S": sha256(body).hexdigest()}}
    written = {"N": str(int(time.time()))}
    common = {"written": written} | ({"ttl": row["ttl"]} if "ttl" in row else {})
    rows = [key | common | {"body": {"B": piece}} for key, piece in zip(_keys(named), pieces, strict=True)]
    for batch in _batches(rows):
        connection.put(table, batch)
    return named


def fetch(connection: Connection, table: str, row: Row) -> bytes | None:
    """The body of a row, or None where its parts are gone or damaged."""
    if "parts" not in row:
        return bytes(row["body"]["B"])
    found = [piece for batch in _batches(list(_keys(row))) for piece in connection.get(table, batch, consistent=True)]
    pieces = {piece["SK"]["S"]: piece["body"]["B"] for piece in found}
    body = b"".join(pieces[place] for place in sorted(pieces))
    return body if sha256(body).hexdigest() == row["digest"]["S"] else None


def is_part(row: Row) -> bool:
    """True where a row is a part, and no record."""
    return "written" in row


def name_of(row: Row) -> str:
    """The name of the parts that a row is one of, or refers to."""
    return row["PK"]["S"] if is_part(row) else _name(row)


def sweep(connection: Connection, table: str, parts: list[Row], named: set[str]) -> None:
    """Delete those of *parts* that no row names, if an hour old: a younger one's row may be about to be written."""
    latest = {":latest": {"N": str(int(time.time() - _GRACE_S))}}
    for part in parts:
        if name_of(part) in named:
            continue
        try:
            # The condition again where it counts: the same body may just have been written anew.
            key = {name: part[name] for name in ("PK", "SK")}
            connection.call(
                "delete_item", table, TableName=table, Key=key, ConditionExpression="written <= :latest", ExpressionAttributeValues=latest
            )
        except Conflict:
            continue


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    # One request each, so that no worker of the connection waits for another.
    return (rows[at : at + WRITE_ROWS] for at in range(0, len(rows), WRITE_ROWS))


def _keys(row: Row) -> Iterator[Row]:
    for n in range(int(row["parts"]["N"])):
        yield {"PK": {"S": _name(row)}, "SK": {"S": f"{n:06}"}}


def _name(row: Row) -> str:
    # Begins like the partition, so that the rule which guards the one guards the other; no partition contains NUL.
    return f"{row['PK']['S']}\x00{row['digest']['S']}"

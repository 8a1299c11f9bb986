"""The contract's keys as DynamoDB's, which are shorter and whose numbers have less range.

A key or number that fits stands as it is. One that does not is cut or clamped so that the order stays the same or becomes a tie; `block`
says what ties, and the reader sorts within a block by what the item itself says.
"""

from __future__ import annotations

from hashlib import sha256

# A sort key may have 1,024 bytes, a partition key 2,048; a character has up to four.
_SORT_CHARACTERS = 239
_PARTITION_CHARACTERS = 400

# Below every key with the same beginning that was cut, which continues in NUL; the contract lets neither into a key.
_CUT, _AFTER_CUT = "\x00", "\x01"

_LEAST, _MOST = 1e-130, 9e125


def partition_key(run: str, partition: str) -> str:
    """The partition key of a run's partition; a run id has no ``#``, so runs cannot meet, whatever the partition says."""
    return f"{run}#{_shorten(partition, _PARTITION_CHARACTERS)}"


def sort_key(sort: str) -> str:
    """The sort key of an item: other items' are others."""
    return _shorten(sort, _SORT_CHARACTERS)


def index_sort_key(sort: float | str) -> str:
    """The sort key of an entry in an index, as text also where it is a number; many items may share it."""
    return sort[:_SORT_CHARACTERS] if isinstance(sort, str) else repr(_clamp(sort))


def block(sort: float | str) -> float | str:
    """The part that two sort keys have in common where DynamoDB may give them in any order."""
    return sort[:_SORT_CHARACTERS] if isinstance(sort, str) else _clamp(sort)


def lowest(sort: str) -> str:
    """The lowest sort key of items that could be at or above *sort*."""
    return sort[:_SORT_CHARACTERS]


def highest(sort: str) -> str:
    """The highest sort key of items that could be at or below *sort*."""
    return sort if len(sort) <= _SORT_CHARACTERS else sort[:_SORT_CHARACTERS] + _AFTER_CUT


def fits(partition: str, sort: float | str) -> bool:
    """True where both stand in the keys as they are."""
    return len(partition) <= _PARTITION_CHARACTERS and block(sort) == sort


def _shorten(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters]}{_CUT}{sha256(text.encode()).hexdigest()}"


def _clamp(number: float) -> float:
    size = abs(number)
    if _LEAST <= size <= _MOST:
        return number
    return 0 if size < _LEAST else _MOST if number > 0 else -_MOST

"""Orders, and the fills they become: tables of equally long arrays, one row an order, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I32, I64
from freeagentics.errors import BadInput

_INDEXES = ("agent", "desk", "asset")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Common base of orders and fills.

    Attributes:
        agent: int32 (n,), index of the agent that ordered; only carried along.
        desk: int32 (n,), whose account it is for.
        asset: int32 (n,), index of the symbol.
        quantity: int64 (n,), in the units of its asset; above 0 buys, below 0 sells.

    Raises:
        BadInput: arrays of different lengths, or not of whole numbers.
    """

    agent: I32
    desk: I32
    asset: I32
    quantity: I64

    def __post_init__(self) -> None:
        rows = np.shape(self.agent)
        for name in self.__match_args__:
            given = np.asarray(getattr(self, name))
            if given.shape != rows or given.ndim != 1 or (given.dtype.kind not in "iu" and given.size):
                raise BadInput(f"{type(self).__name__}.{name} is {given.dtype} {given.shape}; it must be whole numbers, one a row")
            object.__setattr__(self, name, given.astype(np.int32 if name in _INDEXES else np.int64, copy=False))

    def __len__(self) -> int:
        return len(self.agent)

    @classmethod
    @cache
    def empty(cls) -> Self:
        """No rows: always the same table."""
        none: NDArray[Any] = np.empty(0, dtype=np.int64)
        return cls(*(none for _ in fields(cls)))

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """All rows of *parts*, one part after the other."""
        parts = [part for part in parts if len(part)]
        if len(parts) < 2:
            return parts[0] if parts else cls.empty()
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def take(self, rows: I64) -> Self:
        """The rows with these indexes, in that order."""
        return type(self)(*(column[rows] for column in self.arrays().values()))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True, eq=False)
class Orders(Rows):
    """Market orders, to be filled at the next bar's open."""


@dataclass(frozen=True, slots=True, eq=False)
class Fills(Rows):
    """Orders as they were filled.

    Attributes:
        price: int64 (n,), in the units of its asset.
        notional: int64 (n,), cents paid or received before the fee; not negative.
        fee: int64 (n,), cents.
    """

    price: I64
    notional: I64
    fee: I64

"""Orders, and the fills that they become: tables of equally long arrays, one row an order, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar, Self

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

    Columns that are not given are as their class says.

    Raises:
        BadInput: arrays of different lengths, or not of whole numbers.
    """

    agent: I32
    desk: I32
    asset: I32
    quantity: I64

    _DEFAULTS: ClassVar[dict[str, int]] = {}

    def __post_init__(self) -> None:
        rows = np.shape(self.agent)
        for name in type(self).__match_args__:
            value = getattr(self, name)
            given = np.full(rows, self._DEFAULTS[name], dtype=np.int64) if value is None else np.asarray(value)
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
    """Orders for the next bar, or for some bars to come.

    Attributes:
        limit: int64 (n,), the worst price that each takes, in the units of its asset; 0 for any, a market order. All 0 by default.
        ttl: int64 (n,), bars that what is not filled of it stands for; 0 is no order, but takes back all that stands of its agent in its
            asset. All 1 by default.
        age: int64 (n,), bars that it has stood for. All 0 by default.
        number: int64 (n,), from 1 on, by which its agent's orders of one step are told apart; 0, the default, where all of them are market
            orders for the next bar.
    """

    limit: I64 = None  # type: ignore[assignment]  # an array once it is made, as are the others
    ttl: I64 = None  # type: ignore[assignment]
    age: I64 = None  # type: ignore[assignment]
    number: I64 = None  # type: ignore[assignment]

    _DEFAULTS: ClassVar[dict[str, int]] = {"limit": 0, "ttl": 1, "age": 0, "number": 0}

    @property
    def plain(self) -> bool:
        """Answer whether all are market orders for the next bar."""
        return not self.limit.any() and bool((self.ttl == 1).all())

    def worst(self, prices: I64) -> I64:
        """The price that each is reckoned at where an asset's is *prices* (A,): its limit, if it has one."""
        return np.where(self.limit > 0, self.limit, prices[self.asset])


@dataclass(frozen=True, slots=True, eq=False)
class Fills(Rows):
    """Orders as they were filled.

    Attributes:
        price: int64 (n,), in the units of its asset.
        notional: int64 (n,), cents paid or received before the fee; not negative.
        fee: int64 (n,), cents.
        age, number: int64 (n,), of its order, as in `Orders`; all 0 by default.
    """

    price: I64
    notional: I64
    fee: I64
    age: I64 = None  # type: ignore[assignment]  # an array once it is made
    number: I64 = None  # type: ignore[assignment]

    _DEFAULTS: ClassVar[dict[str, int]] = {"age": 0, "number": 0}

"""Numbers that are drawn alike by every version of numpy: of the raw words of a bit generator, whose stream it promises to keep."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, F64, I64, U8


class Draws:
    """A stream of numbers from a seed."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.Philox(key=np.array([seed, 0], dtype=np.uint64))

    def whole(self, low: int, high: int, *shape: int) -> I64:
        """Whole numbers from *low* to below *high*."""
        words = self._bits.random_raw(int(np.prod(shape, dtype=int)))
        return (low + (words >> np.uint64(11)).astype(np.int64) % (high - low)).reshape(shape)

    def one(self, low: int, high: int) -> int:
        """A whole number from *low* to below *high*."""
        return int(self.whole(low, high, 1)[0])

    def real(self, low: float, high: float, *shape: int) -> F64:
        """Numbers within [low, high), evenly spread."""
        return low + (high - low) * (self.whole(0, 1 << 52, *shape) / (1 << 52))

    def narrow(self, low: float, high: float, *shape: int) -> F32:
        """The same in float32."""
        return self.real(low, high, *shape).astype(np.float32)

    def scales(self, low: int, high: int, *shape: int) -> F64:
        """Numbers within [2^low, 2^high), their exponents evenly spread."""
        return np.ldexp(self.real(1, 2, *shape), self.whole(low, high, *shape))

    def some(self, values: F32, share: float, other: float = 0) -> F32:
        """The *values*, but *other* in about a *share* of places."""
        return np.where(self.real(0, 1, *values.shape) < share, np.float32(other), values).astype(np.float32)

    def bits(self, *shape: int) -> U8:
        """Zeros and ones."""
        return self.whole(0, 2, *shape).astype(np.uint8)

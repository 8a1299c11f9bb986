"""A range encoder that also counts the bits of every symbol."""

from __future__ import annotations

import numpy as np

from freeagentics.memory.codec.range_coder import PROB_BITS, U64, RangeEncoder


class BitCostEncoder(RangeEncoder):
    """A `RangeEncoder` with an account of its bits.

    Attributes:
        bits: of every symbol so far, the mean over the rows; bypass numbers are not among them.
    """

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.bits: list[float] = []

    def encode(self, cum_freq: U64, freq: U64) -> None:
        """Implement `RangeEncoder.encode`."""
        self.bits.append(PROB_BITS - float(np.log2(freq).mean()))
        super().encode(cum_freq, freq)

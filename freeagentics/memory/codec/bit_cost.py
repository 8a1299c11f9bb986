"""An encoder that also counts: what each symbol takes of a code."""

from __future__ import annotations

import numpy as np

from freeagentics.memory.codec.range_coder import TOTAL_BITS, U64, RangeEncoder


class BitCostEncoder(RangeEncoder):
    """Attributes: bits: of every symbol so far, the mean over the rows; raw numbers are not among them."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.bits: list[float] = []

    def put(self, before: U64, frequency: U64) -> None:
        """As `RangeEncoder.put`."""
        self.bits.append(TOTAL_BITS - float(np.log2(frequency).mean()))
        super().put(before, frequency)

"""Checksums of codes, CRC-16/CCITT-FALSE (ITU-T V.41) and CRC-8 (AUTOSAR, polynomial 0x2F)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64, U8, contiguous
from freeagentics.kernels import compiled


def crc16(codes: U8) -> NDArray[np.uint16]:
    """Checksums (n,) of codes (n, length)."""
    found = np.empty(len(codes), dtype=np.uint16)
    compiled.crc16(contiguous(codes), found)
    return found


def crc8(codes: U8, length: I64, before: int = 0) -> U8:
    """Checksums (n,) of the *length* (n,) bytes of codes (n, longest) that follow the first *before*.

    CRC-8 with the polynomial 0x2F (AUTOSAR) finds every one, two or three flipped bits in up to 14 bytes.
    """
    found = np.empty(len(codes), dtype=np.uint8)
    compiled.crc8(contiguous(codes), contiguous(length, dtype=np.int64), before, found)
    return found

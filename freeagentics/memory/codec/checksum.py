"""A 16-bit checksum for every code of a batch (CRC-16/CCITT-FALSE, as in ITU-T V.41), vectorised over codes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import U8

_POLYNOMIAL = 0x1021
_START = 0xFFFF


def _byte(crc: int, value: int) -> int:
    crc ^= value << 8
    for _ in range(8):
        crc = (crc << 1) ^ (_POLYNOMIAL if crc & 0x8000 else 0)
    return crc & 0xFFFF


@lru_cache(maxsize=16)
def _tables(length: int) -> tuple[NDArray[np.uint16], np.uint16]:
    """For each position of a code what each byte value adds: a CRC is linear, so that the whole is the XOR of the parts."""
    step = np.array([_byte(0, value) for value in range(256)], dtype=np.uint16)
    tables = np.empty((length, 256), dtype=np.uint16)
    tables[-1] = step
    for position in range(length - 2, -1, -1):
        after = tables[position + 1]
        tables[position] = (after << np.uint16(8)) ^ step[after >> np.uint16(8)]
    start = _START
    for _ in range(length):
        start = _byte(start, 0)
    return tables, np.uint16(start)


def crc16(codes: U8) -> NDArray[np.uint16]:
    """Checksums (n,) of codes (n, length), length at least 1."""
    tables, start = _tables(codes.shape[1])
    parts = tables[np.arange(codes.shape[1]), codes]
    return np.bitwise_xor.reduce(parts, axis=1) ^ start

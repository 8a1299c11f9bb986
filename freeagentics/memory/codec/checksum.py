"""Checksums for every code of a batch, vectorised over codes: CRC-16/CCITT-FALSE (ITU-T V.41) and CRC-8 (AUTOSAR, polynomial 0x2F)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64, U8

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


_POLYNOMIAL_8 = 0x2F
_START_8 = 0xFF
_LONGEST = 256


def _byte_8(crc: int, value: int) -> int:
    crc ^= value
    for _ in range(8):
        crc = (crc << 1) ^ (_POLYNOMIAL_8 if crc & 0x80 else 0)
    return crc & 0xFF


@lru_cache(maxsize=1)
def _tables_8() -> tuple[U8, U8]:
    """For each number of bytes that follow what each byte value adds, (256, 256); and for each length what an empty code would give."""
    step = np.array([_byte_8(0, value) for value in range(256)], dtype=np.uint8)
    tables = np.empty((_LONGEST, 256), dtype=np.uint8)
    tables[0] = step
    for after in range(1, _LONGEST):
        tables[after] = step[tables[after - 1]]
    start = np.empty(_LONGEST, dtype=np.uint8)
    start[0] = _START_8
    for length in range(1, _LONGEST):
        start[length] = step[start[length - 1]]
    return tables, start ^ np.uint8(_START_8)


def crc8(codes: U8, length: I64) -> U8:
    """Checksums (n,) of codes of different lengths (n,) below 256, the beginnings of rows (n, longest).

    CRC-8 with the polynomial 0x2F (AUTOSAR) finds every one, two or three flipped bits in up to 14 bytes.
    """
    tables, start = _tables_8()
    length = np.asarray(length, dtype=np.int64)
    after = length[:, None] - 1 - np.arange(codes.shape[1])
    parts = np.where(after >= 0, tables[np.maximum(after, 0), codes], 0)
    return np.bitwise_xor.reduce(parts, axis=1).astype(np.uint8) ^ start[length]

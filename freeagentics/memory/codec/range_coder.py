"""A range coder for a whole cohort at once: a code of its own for every row, which may be truncated and is read up to there.

Each row narrows an interval, symbol by symbol, in integers (Martin, "Range encoding: an algorithm for removing redundancy from a digitised
message", 1979; Witten, Neal & Cleary, "Arithmetic coding for data compression", 1987, https://doi.org/10.1145/214762.214771). A code is the
shortest string of bytes all of whose continuations lie in the interval, so that a part of it determines a part of the symbols. Rows never
look at each other: a code does not depend on its batch.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from freeagentics.arrays import I64, U8

U64 = NDArray[np.uint64]

PROB_BITS = 12
"""Frequencies of a table sum to 2**12; a bypass number, which has no table, takes as many bits."""

PROB_SCALE = 1 << PROB_BITS

RENORMALISE_EVERY = 4
"""Symbols after which rows are renormalised: of the 48 bits or more of a range each takes up to 12."""

_WINDOW = 7
"""Bytes of the window that low ends and ranges are held in."""

_SHIFT = np.uint64(PROB_BITS)
_LAST = np.uint64(PROB_SCALE - 1)
_FULL = np.uint64((1 << (8 * _WINDOW)) - 1)
_SMALL = tuple(np.uint64(1 << (8 * (_WINDOW - 1 - place))) for place in range(_WINDOW - 1))
"""A range below the first of these has room for one byte more, below the second for two, and so on."""

_UNREAD = np.array([256 ** (_WINDOW - read) - 1 for read in range(_WINDOW + 1)], dtype=np.uint64)
"""Largest value of the unread rest of the window, by the number of its bytes that were read."""


def _room(ranges: U64) -> I64:
    """Whole bytes by which ranges (n,) can grow and stay inside the window."""
    room = (ranges < _SMALL[0]).astype(np.int64)
    for small in _SMALL[1:]:
        smaller = ranges < small
        if not smaller.any():
            break
        room += smaller
    return room


class RangeEncoder:
    """Writes a code for each of *rows* rows, which all have the same symbols in the same order, but for bypass numbers."""

    def __init__(self, rows: int) -> None:
        self._low = np.zeros(rows, dtype=np.uint64)
        self._range = np.full(rows, _FULL)
        self._at = np.zeros(rows, dtype=np.int64)
        self._written: list[tuple[U64, I64]] = []
        self._symbols = 0

    def encode(self, cum_freq: U64, freq: U64) -> None:
        """Encode a symbol of each row, by the frequencies (rows,) before it in its table and its own."""
        unit = self._range >> _SHIFT
        self._low += unit * cum_freq
        self._range = unit * freq
        self._symbols += 1
        if self._symbols % RENORMALISE_EVERY == 0:
            self._renormalise(slice(None))

    def encode_bypass(self, rows: I64, numbers: I64) -> None:
        """Encode numbers (m,) from 0 to 2**12 - 1 of some rows (m,), all alike likely."""
        self._renormalise(rows)
        unit = self._range[rows] >> _SHIFT
        self._low[rows] += unit * numbers.astype(np.uint64)
        self._range[rows] = unit
        self._renormalise(rows)

    def _renormalise(self, rows: slice | I64) -> None:
        """Write down the low end, and widen the range by whole bytes."""
        low, room = np.zeros_like(self._low), np.zeros_like(self._at)
        low[rows], room[rows] = self._low[rows], _room(self._range[rows])
        self._written.append((low, self._at))
        self._low[rows] = 0
        self._range = self._range << (room * 8).astype(np.uint64)
        self._at = self._at + room

    def finish(self) -> tuple[U8, I64]:
        """Codes (rows, longest), padded with zeros, and the length of each, (rows,)."""
        self._renormalise(slice(None))
        # The next whole byte above the low end, if all that starts with it lies in the interval; else the next pair of bytes.
        one, two = np.uint64(1 << (8 * (_WINDOW - 1))), np.uint64(1 << (8 * (_WINDOW - 2)))
        enough = self._range >= 2 * one
        self._written.append((np.where(enough, one, two), self._at))
        return self._assembled(self._at + np.where(enough, 1, 2))

    def _assembled(self, length: I64) -> tuple[U8, I64]:
        """Sum of all that was written, each at its place, with carries."""
        width = int(length.max(initial=0)) + _WINDOW + 1
        low, at = (np.stack(parts) for parts in zip(*self._written, strict=True))
        parts = low.astype(">u8")[:, :, None].view(np.uint8)[:, :, 1:]
        first = at + np.arange(len(length)) * width
        places = first[:, :, None] + np.arange(_WINDOW)
        digits = np.bincount(places.ravel(), weights=parts.ravel(), minlength=width * len(length))[: width * len(length)]
        digits = digits.reshape(len(length), width).T.astype(np.int64)
        for place in range(width - 1, 0, -1):
            digits[place - 1] += digits[place] >> 8
        codes = (digits.T & 255).astype(np.uint8)[:, : width - _WINDOW - 1]
        codes[np.arange(codes.shape[1]) >= length[:, None]] = 0
        return codes, length


class RangeDecoder:
    """Reads codes (rows, longest) of lengths (rows,), in the order in which they were written.

    Attributes:
        determined: rows whose bytes determine every symbol so far, (rows,); what the others were given since is not what was written.
    """

    def __init__(self, codes: U8, length: I64) -> None:
        padded = np.zeros((len(codes), codes.shape[1] + 16), dtype=np.uint8)
        padded[:, : codes.shape[1]] = codes
        windows = np.ascontiguousarray(sliding_window_view(padded, 8, axis=1))
        self._words = windows.view(">u8")[:, :, 0].astype(np.uint64)
        self._stride = self._words.shape[1]
        self._first = np.arange(len(codes)) * self._stride
        self._length = length
        self._at = np.zeros(len(codes), dtype=np.int64)
        self._range = np.full(len(codes), _FULL)
        self._value = self._words[:, 0] >> np.uint64(8)
        self._unread = _UNREAD[np.minimum(length, _WINDOW)]
        self._symbols = 0
        self.determined = np.ones(len(codes), dtype=np.bool_)

    def decode_target(self) -> I64:
        """Place of each row's value on the cumulative frequencies of its next table, (rows,) from 0 to 2**12 - 1."""
        self._unit = self._range >> _SHIFT
        return np.minimum(self._value // self._unit, _LAST).view(np.int64)

    def decode_update(self, cum_freq: U64, freq: U64) -> None:
        """Go past the symbols found there, by the frequencies (rows,) before each in its table and its own."""
        self._value = self._value - self._unit * cum_freq
        self._range = self._unit * freq
        self.determined = self.determined & (self._value + self._unread < self._range)
        self._symbols += 1
        if self._symbols % RENORMALISE_EVERY == 0:
            self._renormalise(slice(None))

    def decode_bypass(self, rows: I64) -> I64:
        """Bypass numbers (m,) of some rows (m,)."""
        self._renormalise(rows)
        unit = self._range[rows] >> _SHIFT
        numbers = np.minimum(self._value[rows] // unit, _LAST)
        self._value[rows] -= unit * numbers
        self._range[rows] = unit
        self.determined[rows] &= self._value[rows] + self._unread[rows] < unit
        self._renormalise(rows)
        return numbers.astype(np.int64)

    def _renormalise(self, rows: slice | I64) -> None:
        room = _room(self._range[rows])
        # Rows that are no longer determined read zeros where nothing is left.
        place = np.minimum(self._at[rows] + _WINDOW, self._stride - 1)
        more = self._words.ravel()[self._first[rows] + place] >> np.uint64(8)
        bits = (room * 8).astype(np.uint64)
        self._value[rows] = (self._value[rows] << bits) | (more >> (np.uint64(8 * _WINDOW) - bits))
        self._range[rows] <<= bits
        self._at[rows] += room
        self._unread[rows] = _UNREAD[np.minimum(np.maximum(self._length[rows] - self._at[rows], 0), _WINDOW)]

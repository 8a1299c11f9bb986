"""The histories of a whole cohort: small records, a row an agent, compressed together."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping

import numpy as np

from freeagentics.arrays import I64, U8, AnyArray, ArrayState, Mask
from freeagentics.errors import BadInput, CorruptRecord

BLOCK_STEPS = 64
LEVEL = 3
"""Of zlib: the levels above cost twice the time for a tenth of the bytes."""


class CohortHistory(ArrayState):
    """History of every row of a cohort over its last *max_size* steps, a record of *width* bytes each.

    The newest steps lie open. Every 64 become a block, deflated in one: each byte of each row's records as its series over time. A block
    goes when all of it is older than *max_size* steps. The state holds blocks as they are, so that its arrays change in size.

    Args:
        rows, width: shape of a step's records.
        max_size: steps kept.

    Raises BadInput where one of them is below 1.
    """

    def __init__(self, rows: int, max_size: int, width: int) -> None:
        if min(rows, max_size, width) < 1:
            raise BadInput(f"a cohort's history needs at least 1 row, step and byte, not {rows}, {max_size} and {width}")
        self.rows, self.max_size, self.width = rows, max_size, width
        self._steps = 0
        self._since = np.zeros(rows, np.int64)
        """Steps there were when each row was last forgotten."""
        self._blocks: list[bytes] = []
        self._open = np.zeros((BLOCK_STEPS, rows, width), np.uint8)

    def __len__(self) -> int:
        """Steps that can be read."""
        return min(self._steps, self.max_size)

    def append(self, records: U8) -> None:
        """A step's records, uint8 (rows, width). Raises BadInput for any other."""
        if records.shape != (self.rows, self.width) or records.dtype != np.uint8:
            raise BadInput(f"a step's records are uint8 ({self.rows}, {self.width}), not {records.dtype} {records.shape}")
        if not len(self._open):
            self._unpack()
        self._open[self._steps % BLOCK_STEPS] = records
        self._steps += 1
        if self._steps % BLOCK_STEPS == 0:
            self._blocks.append(_deflated(self._open))
            self._drop()

    def recent(self, row: int, n: int) -> U8:
        """The last *n* records of a row, or as many as it has, oldest first: uint8 (up to n, width)."""
        if not 0 <= row < self.rows or n < 0:
            raise BadInput(f"there is no row {row} of {self.rows}, or no {n} records")
        wanted = min(n, self.max_size, self._steps - int(self._since[row]))
        parts = [self._open[: self._steps % BLOCK_STEPS, row]] if len(self._open) else []
        found, blocks = sum(map(len, parts)), reversed(self._blocks)
        while found < wanted:
            parts.append(self._inflated(next(blocks))[:, row])
            found += len(parts[-1])
        parts.reverse()
        return np.concatenate([*parts, np.empty((0, self.width), np.uint8)])[found - wanted :]

    def replace(self, row: int, records: U8) -> None:
        """Give a row these records (n, width), oldest first, in place of its own; the newest counts as of the last step.

        Raises BadInput where there were not so many steps, or records are of another width.
        """
        if records.ndim != 2 or records.shape[1] != self.width or records.dtype != np.uint8 or len(records) > len(self):
            raise BadInput(f"a row has at most {len(self)} records of {self.width} bytes, not {records.dtype} {records.shape}")
        self._since[row], left = self._steps - len(records), records
        if not len(self._open):
            self._unpack()
        if filled := min(self._steps % BLOCK_STEPS, len(left)):
            self._open[self._steps % BLOCK_STEPS - filled : self._steps % BLOCK_STEPS, row] = left[-filled:]
            left = left[:-filled]
        place = len(self._blocks)
        while len(left):
            place -= 1
            steps = self._inflated(self._blocks[place]).copy()
            steps[-len(left) :, row] = left[-len(steps) :]
            self._blocks[place], left = _deflated(steps), left[: -len(steps)]

    def forget(self, rows: I64 | Mask) -> None:
        """Rows start afresh, for agents that arrive."""
        self._since[rows] = self._steps

    def pack(self) -> None:
        """Compress the open steps too, until the next is appended. What is read stays the same."""
        filled = self._steps % BLOCK_STEPS
        if filled and len(self._open):
            self._blocks.append(_deflated(self._open[:filled]))
        self._open = self._open[:0].copy()

    @property
    def nbytes(self) -> int:
        """Bytes of blocks and arrays held."""
        return sum(map(sys.getsizeof, (*self._blocks, self._open, self._since)))

    def state(self) -> dict[str, AnyArray]:
        """Copies of all that is held; the sizes of `blocks`, `lengths` and `open` change from step to step."""
        filled = self._steps % BLOCK_STEPS if len(self._open) else 0
        return {
            "steps": np.array(self._steps, np.int64),
            "since": self._since.copy(),
            "lengths": np.array([len(block) for block in self._blocks], np.int64),
            "blocks": np.frombuffer(b"".join(self._blocks), np.uint8).copy(),
            "open": self._open[:filled].copy(),
        }

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take back what ``state()`` gave. Raises ValueError where it is of another cohort, CorruptRecord where it does not add up."""
        if set(state) != set(self.state()) or state["since"].shape != (self.rows,) or state["open"].shape[1:] != (self.rows, self.width):
            raise ValueError(f"CohortHistory: the state is not that of {self.rows} rows of {self.width} bytes")
        steps, ends = int(state["steps"]), np.cumsum(state["lengths"])
        filled, partial = len(state["open"]), steps % BLOCK_STEPS
        if len(state["blocks"]) != (ends[-1] if len(ends) else 0) or filled not in (0, partial):
            raise CorruptRecord("a cohort's history: its blocks, their lengths and its steps do not add up")
        self._steps = steps
        self._since = state["since"].copy()
        data = state["blocks"].tobytes()
        self._blocks = [data[end - length : end] for end, length in zip(ends.tolist(), state["lengths"].tolist(), strict=True)]
        self._open = np.zeros((BLOCK_STEPS, self.rows, self.width), np.uint8)
        self._open[:filled] = state["open"]
        if filled != partial:
            self._open = self._open[:0].copy()

    def _unpack(self) -> None:
        self._open = np.zeros((BLOCK_STEPS, self.rows, self.width), np.uint8)
        if filled := self._steps % BLOCK_STEPS:
            self._open[:filled] = self._inflated(self._blocks.pop())

    def _drop(self) -> None:
        while (len(self._blocks) - 1) * BLOCK_STEPS >= self.max_size:
            del self._blocks[0]

    def _inflated(self, block: bytes) -> U8:
        try:
            series = np.frombuffer(zlib.decompress(block), np.uint8)
            return series.reshape(self.width, self.rows, -1).transpose(2, 1, 0)
        except (zlib.error, ValueError) as error:
            raise CorruptRecord(f"a cohort's history: a damaged block ({error})") from error


def _deflated(steps: U8) -> bytes:
    """Records (steps, rows, width) as series over time, width by width and row by row."""
    return zlib.compress(np.ascontiguousarray(steps.transpose(2, 1, 0)).data, LEVEL)

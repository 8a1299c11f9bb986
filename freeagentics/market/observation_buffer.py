"""The last observations: a memory-mapped ring of steps, written once a step, which other processes may read where they are let."""

from __future__ import annotations

import json
import mmap
import weakref
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.market.observation import Observation

_MAGIC = b"FAOB1"
_HEAD = 64
"""The slots begin at a multiple of so many bytes."""


class ObservationBuffer:
    """A ring of the last *slots* observations in RAM; or, where a *path* is given, in a file that other processes map and read.

    A slot carries its step, written last, and a checksum: what a reader catches half-written or overwritten is never returned. What
    `write` hands out are views that show their step until *slots* more were written. A file is removed when the buffer is closed or
    collected, or the interpreter ends; views and attached readers that are alive then stay readable.

    Args:
        columns, assets: of the observations.
        slots: steps in the ring.
        path: of the file to make.

    Attributes:
        path: what other processes attach to; None where they cannot.

    Raises:
        BadInput: a ring of nothing, or a file that is there already or cannot be written.
    """

    def __init__(self, columns: tuple[str, ...], assets: int, slots: int = 64, path: str | Path | None = None) -> None:
        if assets < 1 or slots < 1:
            raise BadInput(f"a buffer of observations needs at least 1 asset and 1 slot, not {assets} and {slots}")
        self.columns = columns
        self.path = None if path is None else Path(path)
        self._unlink: weakref.finalize[..., ObservationBuffer] | None = None
        about = json.dumps({"columns": columns, "assets": assets, "slots": slots}).encode()
        head = _MAGIC + about + b"\n"
        head = head.ljust(_begin(len(head)), b"\0")
        size = slots * _slot(len(columns), assets).itemsize
        mapped = mmap.mmap(-1, len(head) + size) if self.path is None else self._make(self.path, head, size)
        self._slots: AnyArray | None = np.frombuffer(mapped, _slot(len(columns), assets), slots, len(head))

    def _make(self, path: Path, head: bytes, size: int) -> mmap.mmap:
        try:
            with path.open("x+b") as file:
                self._unlink = weakref.finalize(self, path.unlink, missing_ok=True)
                # All of it now: a page of the map that finds no room later on kills the process.
                file.write(head + bytes(size))
                file.flush()
                return mmap.mmap(file.fileno(), 0)
        except OSError as error:
            if self._unlink is not None:
                self._unlink()
            raise BadInput(f"{path}: a buffer of observations cannot be made there ({error.strerror})") from error

    @classmethod
    def attach(cls, path: str | Path) -> ObservationBuffer:
        """The buffer that another process writes, to read from. Raises BadInput where *path* is none."""
        made = cls.__new__(cls)
        made._unlink = None
        try:
            made._attach(Path(path))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path} is no buffer of observations: {error!r}") from error
        return made

    def _attach(self, path: Path) -> None:
        with path.open("rb") as file:
            line = file.readline(1 << 20)
            if not line.startswith(_MAGIC):
                raise ValueError("it does not begin as one")
            about = json.loads(line.removeprefix(_MAGIC))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.path, self.columns = path, tuple(about["columns"])
        slot = _slot(len(self.columns), about["assets"])
        self._slots = np.frombuffer(mapped, slot, about["slots"], _begin(len(line)))

    def write(self, observation: Observation) -> Observation:
        """Put an observation in the ring; the same, with `values` and `prices` as read-only views on the map.

        Raises BadInput where its columns or assets are not the buffer's, its step is below 1, or the buffer is closed or another process'.
        """
        slots = self._ring()
        slot = slots[observation.step % len(slots)]
        if observation.columns != self.columns or observation.prices.shape != slot["prices"].shape or observation.step < 1:
            raise BadInput(f"step {observation.step} with {len(observation.prices)} assets does not fit this buffer of observations")
        if not slots.flags.writeable:
            raise BadInput("only the process that made a buffer of observations writes to it")
        slot["step"] = 0
        slot["timestamp"], slot["values"], slot["prices"] = observation.timestamp, observation.values, observation.prices
        slot["checksum"] = _checksum(observation.step, slot)
        slot["step"] = observation.step
        values, prices = slot["values"], slot["prices"]
        values.flags.writeable = prices.flags.writeable = False
        return Observation(observation.step, observation.timestamp, self.columns, values, prices)

    def read(self, step: int) -> Observation:
        """A copy of a step's observation. Raises BadInput where the ring does not hold it, or it is being written."""
        slots = self._ring()
        slot = slots[step % len(slots)].copy()
        if step < 1 or slot["step"] != step or slot["checksum"] != _checksum(step, slot):
            raise BadInput(f"step {step} is not among the last {len(slots)} of this buffer of observations")
        slot["values"].flags.writeable = slot["prices"].flags.writeable = False
        return Observation(step, int(slot["timestamp"]), self.columns, slot["values"], slot["prices"])

    def latest(self) -> int:
        """The newest step in the ring, 0 where none was written."""
        return int(self._ring()["step"].max())

    def close(self) -> None:
        """Remove the file, if there is one of this process, and let go of the map. Closing again does nothing."""
        self._slots = None
        if self._unlink is not None:
            self._unlink()

    def _ring(self) -> AnyArray:
        if self._slots is None:
            raise BadInput("this buffer of observations is closed")
        return self._slots

    def __enter__(self) -> ObservationBuffer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _slot(columns: int, assets: int) -> np.dtype[Any]:
    fields = [
        ("step", "<i8"),
        ("timestamp", "<i8"),
        ("checksum", "<u8"),
        ("prices", "<i8", (assets,)),
        ("values", "<f4", (assets, columns)),
    ]
    return np.dtype(fields, align=True)


def _begin(head: int) -> int:
    return -(-head // _HEAD) * _HEAD


def _checksum(step: int, slot: AnyArray) -> int:
    return zlib.crc32(slot["values"].tobytes(), zlib.crc32(slot["prices"].tobytes(), zlib.crc32(f"{step},{slot['timestamp']}".encode())))

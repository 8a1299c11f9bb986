"""Golden vectors: calls of kernels with all that they were given and all that they left, for ``replay_vectors.c`` to make again.

The file ``golden/vectors.xz`` is compressed; what is in it, little-endian and without padding, is for each call

- a byte: length of the kernel's name, 0 at the end of the file; the name
- a byte: number of arguments; then for each
  - its letter in the signature (``c/table.h``)
  - ``n``: int64. ``x``: float64
  - an array: a byte, whether it may be shortened (`KernelInputs.sizing`); uint64, number of items; the items before the call; where the
    letter is large, the items after it
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from input_registry import INPUTS, Argument
from kernel_inputs import drawn

from freeagentics.arrays import AnyArray
from freeagentics.kernels import _compiled, compiled

GOLDEN = Path(__file__).parent / "golden" / "vectors.xz"

SIGNATURES = _compiled.signatures()
"""A letter for each argument, by kernel; ``c/table.h`` says what they mean."""

SEEDS = (1, 2)


def recorded(kernels: Iterable[str] = SIGNATURES) -> bytes:
    """Calls of *kernels*, as the compiled module makes them here."""
    return b"".join(_call(kernel, drawn(kernel, seed)) for kernel in kernels for seed in SEEDS) + b"\0"


def _call(kernel: str, before: list[Argument]) -> bytes:
    after = [value.copy() if isinstance(value, np.ndarray) else value for value in before]
    getattr(compiled, kernel)(*after)
    signature, sizing = SIGNATURES[kernel], INPUTS[kernel].sizing
    arguments = [
        _argument(letter, place in sizing, *values) for place, (letter, *values) in enumerate(zip(signature, before, after, strict=True))
    ]
    return b"".join([bytes([len(kernel)]), kernel.encode(), bytes([len(signature)]), *arguments])


def _argument(letter: str, sizing: bool, before: Argument, after: Argument) -> bytes:
    if not isinstance(before, np.ndarray) or not isinstance(after, np.ndarray):
        return letter.encode() + struct.pack("<q" if letter == "n" else "<d", before)
    items = [before, after] if letter.isupper() else [before]
    return letter.encode() + struct.pack("<?Q", sizing, before.size) + b"".join(map(_bytes, items))


def _bytes(array: AnyArray) -> bytes:
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def golden() -> bytes:
    """The calls that are kept."""
    return lzma.decompress(GOLDEN.read_bytes())


def write() -> None:
    """Record anew what is kept."""
    GOLDEN.write_bytes(lzma.compress(recorded(), preset=9 | lzma.PRESET_EXTREME))

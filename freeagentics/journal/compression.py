"""Compressed bytes: Zstandard frames (RFC 8878) without magic and size, which whoever stores them knows."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
import zstandard

from freeagentics.arrays import U8
from freeagentics.errors import CorruptRecord

_FORMAT = zstandard.FORMAT_ZSTD1_MAGICLESS
_LEVEL = 3
_LARGEST_WINDOW = 1 << 23
"""Bytes that a reader may have to hold of what came before; this level asks for a quarter of it."""
_LARGEST_RATIO = 1 << 15
"""A block of at most 128 KiB takes at least 4 bytes (RFC 8878, section 3.1.1.2): a size beyond that is not believed."""


class _Contexts(threading.local):
    """A compressor and a decompressor a thread: neither may be used by two at once, and to make one takes longer than a small page."""

    def __init__(self) -> None:
        self.compressor = _compressor()
        self.decompressor = zstandard.ZstdDecompressor(format=_FORMAT, max_window_size=_LARGEST_WINDOW)


def _compressor() -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(_LEVEL, format=_FORMAT, write_content_size=False)
    return zstandard.ZstdCompressor(compression_params=parameters)


_contexts = _Contexts()


def compress(data: bytes | memoryview) -> bytes:
    """One frame of *data*."""
    return _contexts.compressor.compress(data)


def compress_parts(parts: Iterable[bytes | memoryview]) -> bytes:
    """One frame of *parts*, one after the other, each asked for when those before are compressed."""
    # A compressor of its own: what it needs for sizes that it does not know is megabytes, which a thread would keep.
    stream = _compressor().compressobj()
    return b"".join([*(stream.compress(part) for part in parts), stream.flush()])


def decompress(frame: memoryview, size: int) -> U8:
    """The *size* bytes of a frame, writable. Raises CorruptRecord where it is no frame or holds fewer or more, and reserves nothing for
    a size that it cannot hold."""
    if size > _LARGEST_RATIO * len(frame):
        raise CorruptRecord(f"{size} bytes cannot come from {len(frame)}")
    plain = np.empty(size, dtype=np.uint8)
    try:
        with _contexts.decompressor.stream_reader(frame) as stream:
            found = stream.readinto(plain.data) if size else 0
            if found != size or stream.read(1):
                raise CorruptRecord(f"compressed bytes are not the {size} that were written")
    except zstandard.ZstdError as error:
        raise CorruptRecord(f"compressed bytes that cannot be read: {error}") from error
    return plain

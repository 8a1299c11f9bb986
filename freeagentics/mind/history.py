"""A bounded history that is compressed in blocks, and used like a list."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from itertools import chain
from typing import Any, overload

from freeagentics.errors import BadInput
from freeagentics.mind.history_block import compressed, count_of, entries_of, raw_bytes_of
from freeagentics.plain_data import packed, plain_bytes, unpacker

OPEN_ENTRIES = 16
"""Entries at hand without decompressing; then they become a block."""

BLOCK_ENTRIES = 512
LARGEST_SHARED = 256
"""Integers up to here are the interpreter's own; nobody pays for them."""

OPEN_BYTES, BLOCK_BYTES = 1 << 14, 1 << 18
"""Larger entries fill a block by themselves, so that they leave with it."""


class CompressedHistory(MutableSequence[Any]):
    """The last *max_size* entries, oldest first; more are evicted from the front.

    Entries are copied in as bytes and come back equal and of the same types; what happens to the object appended does not reach them.
    New ones stay open, uncompressed; every 16 become a block, and neighbours merge into larger ones, up to 512 entries, so
    that `append` costs the same however long the history is (amortised). Taking the newest reads open bytes; older ones are decompressed
    by the block. Changing or deleting anywhere but at the ends rewrites the history. Methods are atomic to threads.

    Args:
        max_size: entries kept, or None for all.
        compression_level: zlib's, 1 (fast) to 9 (small).

    Raises BadInput for other arguments, and for entries that are not plain data (see `plain_data.plain_bytes`).
    """

    __slots__ = ("__weakref__", "_blocks", "_count", "_evicted", "_lock", "_open", "_open_count", "compression_level", "max_size")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, max_size: int | None = 1000, compression_level: int = 6) -> None:
        if max_size is not None and max_size < 1:
            raise BadInput(f"a history keeps at least 1 entry, not {max_size}")
        if not 1 <= compression_level <= 9:
            raise BadInput(f"the compression level is 1 to 9, not {compression_level}")
        self.max_size = max_size
        self.compression_level = compression_level
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._blocks: list[bytes] = []
            self._open = bytearray()
            self._count = self._open_count = 0
            # Entries at the front of the oldest block (of the open ones, where there is no block) that count no longer.
            self._evicted = 0

    def append(self, entry: Any) -> None:
        """Add the newest entry."""
        data = plain_bytes("a history", entry)
        with self._lock:
            self._open += data
            self._open_count += 1
            self._count += 1
            if self.max_size is not None and self._count > self.max_size:
                self._evict()
            if self._open_count >= OPEN_ENTRIES or len(self._open) >= OPEN_BYTES:
                self._flush()

    def extend(self, values: Iterable[Any]) -> None:
        """Add entries, the newest last."""
        for value in list(values):
            self.append(value)

    def get_recent(self, n: int) -> list[Any]:
        """The last *n* entries, or all there are, oldest first. Raises BadInput where *n* is negative."""
        if n < 0:
            raise BadInput(f"the number of recent entries cannot be {n}")
        with self._lock:
            n = min(n, self._count)
            parts = [self._open_entries(min(n, self._open_count))]
            found, blocks = len(parts[0]), reversed(self._blocks)
            while found < n:
                parts.append(entries_of(next(blocks)))
                found += len(parts[-1])
        return list(chain.from_iterable(reversed(parts)))[found - n :]

    def get_size_bytes(self) -> int:
        """Bytes of everything that it holds now, objects included; what was evicted leaves none."""
        with self._lock:
            self._trim()
            numbers = (number for number in (self.max_size, self._count) if number is not None and number > LARGEST_SHARED)
            return sum(map(sys.getsizeof, chain((self, self._lock, self._open, self._blocks), self._blocks, numbers)))

    def get_compression_ratio(self) -> float:
        """Bytes of the entries as plain msgpack, over `get_size_bytes`; below 1 while there are few, and 0 for none."""
        with self._lock:
            held = self.get_size_bytes()
            return (sum(map(raw_bytes_of, self._blocks)) + len(self._open)) / held

    def copy(self) -> CompressedHistory:
        """A history of its own with the same entries; blocks are immutable and not copied."""
        made = CompressedHistory(self.max_size, self.compression_level)
        with self._lock:
            made._blocks, made._open = self._blocks.copy(), self._open.copy()
            made._count, made._open_count, made._evicted = self._count, self._open_count, self._evicted
        return made

    __copy__ = copy

    def __deepcopy__(self, memo: object) -> CompressedHistory:
        return self.copy()

    def insert(self, index: int, value: Any) -> None:
        """Append as a list does; then the oldest is evicted where there are too many."""
        self._rewrite(lambda entries: entries.insert(index, value))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        with self._lock:
            return iter(self.get_recent(self._count))

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        with self._lock:
            count = self._count
            if not isinstance(index, slice):
                return self.get_recent(count - range(count)[index])[0]
            places = range(count)[index]
            first = min(places, default=count)
            recent = self.get_recent(count - first)
        return [recent[place - first] for place in places]

    def __setitem__(self, index: int | slice, value: Any) -> None:
        self._rewrite(lambda entries: entries.__setitem__(index, value))

    def __delitem__(self, index: int | slice) -> None:
        with self._lock:
            if index == 0 and self._count:
                self._evict()
            else:
                self._rewrite(lambda entries: entries.__delitem__(index))

    def __add__(self, other: Iterable[Any]) -> list[Any]:
        return [*self, *other]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, list | CompressedHistory) else NotImplemented

    def __repr__(self) -> str:
        return f"<CompressedHistory of {len(self):,} entries, max_size {self.max_size}>"

    def _rewrite(self, change: Callable[[list[Any]], None]) -> None:
        with self._lock:
            entries = list(self)
            change(entries)
            fresh = CompressedHistory(self.max_size, self.compression_level)
            fresh.extend(entries)
            self._blocks, self._open = fresh._blocks, fresh._open
            self._count, self._open_count, self._evicted = fresh._count, fresh._open_count, fresh._evicted

    def _open_entries(self, n: int) -> list[Any]:
        reader = unpacker(self._open)
        for _ in range(self._open_count - n):
            reader.skip()
        return list(reader)

    def _evict(self) -> None:
        """The oldest entry counts no longer; its block goes with the last, or is rewritten when half of it counts no longer."""
        self._count -= 1
        self._evicted += 1
        if self._blocks and self._evicted == count_of(self._blocks[0]):
            del self._blocks[0]
            self._evicted = 0
        elif self._blocks and 2 * self._evicted > count_of(self._blocks[0]):
            self._trim()

    def _trim(self) -> None:
        """Let go of the bytes of entries that were evicted."""
        if self._evicted and self._blocks:
            entries = entries_of(self._blocks[0])[self._evicted :]
            self._blocks[0] = compressed(entries, sum(len(packed(entry)) for entry in entries), self.compression_level)
        elif self._evicted:
            reader = unpacker(self._open)
            for _ in range(self._evicted):
                reader.skip()
            self._open = self._open[reader.tell() :]
            self._open_count -= self._evicted
        self._evicted = 0

    def _flush(self) -> None:
        """Open entries become a block, together with the youngest blocks while those are no larger."""
        if not self._blocks:
            self._trim()
        if self._open_count < OPEN_ENTRIES and len(self._open) < OPEN_BYTES:
            return
        entries, raw = self._open_entries(self._open_count), len(self._open)
        while self._blocks and self._merges(len(entries), raw):
            if len(self._blocks) == 1:
                self._trim()
            block = self._blocks.pop()
            entries, raw = entries_of(block) + entries, raw_bytes_of(block) + raw
        self._blocks.append(compressed(entries, raw, self.compression_level))
        self._open = bytearray()
        self._open_count = 0

    def _merges(self, count: int, raw: int) -> bool:
        last = self._blocks[-1]
        return count_of(last) <= 8 * count and count + count_of(last) <= BLOCK_ENTRIES and raw_bytes_of(last) + raw <= BLOCK_BYTES

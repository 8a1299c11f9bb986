"""The scalar codec: every feature quantised by itself, at a width of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F32, I64, U8
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec.checksum import crc16
from freeagentics.memory.features import FEATURES, Feature


def ends_of(features: Sequence[Feature]) -> tuple[F32, F32]:
    """Low and high ends of features, (F,) each."""
    low, high = (np.array([getattr(feature, end) for feature in features], dtype=np.float32) for end in ("low", "high"))
    return low, high


def steps_of(bits: I64, low: F32, *, zero: bool) -> F32:
    """Steps over the range of each feature at so many bits, (F,). With *zero*, ranges around 0 have one fewer than they could, so that 0
    is a level: what an agent has not comes back as nothing, not as half a step."""
    return (2**bits - 1 - (zero & (low < 0))).astype(np.float32)


class ScalarCodec:
    """Uniform quantisation at 1 to 8 bits a feature, packed without gaps, and a CRC-16.

    Args:
        features: that are coded, F of them.
        zero: whether 0 is a level of every feature; it was not for codes of version 1.

    Attributes:
        version: number that pages of codes carry.
        code_bytes: bytes of one code, checksum included.
        key_size: size of the keys that `RecallIndex` compares.
    """

    name = "scalar"

    def __init__(self, features: Sequence[Feature] = FEATURES, *, zero: bool = True) -> None:
        self.version = 6 if zero else 1
        bits = np.array([feature.bits for feature in features])
        self._bits = int(bits.sum())
        self._low, self._high = ends_of(features)
        self._width = self._high - self._low
        self._steps = steps_of(bits, self._low, zero=zero)
        self._recall = np.array([feature.recall for feature in features])
        # Of each feature's eight bits the low `bits` ones are kept, most significant first.
        self._kept = np.concatenate([np.arange(8) >= 8 - count for count in bits])
        self.code_bytes = (self._bits + 7) // 8 + 2
        self.key_size = int(self._recall.sum())

    def quantise(self, vectors: F32) -> U8:
        """Feature vectors (n, F) -> levels (n, F), from 0 to 2**bits - 1. Values are clipped to their range; NaN is its low end."""
        clipped = np.where(np.isnan(vectors), self._low, np.clip(vectors, self._low, self._high))
        return np.rint(np.clip((clipped - self._low) / self._width, 0, 1) * self._steps).astype(np.uint8)

    def pack_bits(self, levels: U8) -> U8:
        """Levels (n, F) -> their bits without gaps, (n, code_bytes - 2)."""
        return np.packbits(np.unpackbits(levels, axis=1)[:, self._kept], axis=1)

    def unpack_bits(self, payload: U8) -> U8:
        """Inverse of `pack_bits`."""
        bits = np.zeros((len(payload), len(self._kept)), dtype=np.uint8)
        bits[:, self._kept] = np.unpackbits(payload, axis=1, count=self._bits)
        return np.packbits(bits, axis=1)

    def vectors(self, levels: U8) -> F32:
        """Levels (n, F) -> feature vectors (n, F), each within half a level of what was quantised."""
        return (levels / self._steps * self._width + self._low).astype(np.float32)

    def pack(self, levels: U8) -> U8:
        """Levels (n, F) -> codes (n, code_bytes)."""
        payload = self.pack_bits(levels)
        checksum = crc16(payload).astype(">u2").view(np.uint8).reshape(-1, 2)
        return np.concatenate([payload, checksum], axis=1)

    def encode(self, vectors: F32) -> U8:
        """Feature vectors (n, F) -> codes (n, code_bytes)."""
        return self.pack(self.quantise(vectors))

    def intact(self, codes: U8) -> np.ndarray:
        """True for codes (n, code_bytes) that match their checksum, (n,)."""
        payload, checksum = codes[:, :-2], np.ascontiguousarray(codes[:, -2:]).view(">u2")[:, 0]
        return crc16(payload) == checksum

    def levels(self, codes: U8) -> U8:
        """Inverse of `pack`. Raises CorruptRecord naming the rows whose checksum does not match."""
        if codes.ndim != 2 or codes.shape[1] != self.code_bytes:
            raise CorruptRecord(f"codes of shape {codes.shape} where (n, {self.code_bytes}) was written")
        damaged = np.flatnonzero(~self.intact(codes))
        if damaged.size:
            raise CorruptRecord(f"codes whose checksum does not match, at rows {damaged[:10].tolist()}")
        return self.unpack_bits(codes[:, :-2])

    def decode(self, codes: U8) -> F32:
        """Codes (n, code_bytes) -> feature vectors (n, F), each within half a level of what was encoded. Raises CorruptRecord."""
        return self.vectors(self.levels(codes))

    def keys(self, levels: U8) -> U8:
        """Recall keys: the features marked for recall, scaled to 0 to 255, (n, key_size)."""
        spread = levels[:, self._recall].astype(np.uint16) * 255 // self._steps[self._recall].astype(np.uint16)
        return spread.astype(np.uint8)

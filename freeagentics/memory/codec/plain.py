"""Codecs that need no training: every feature by itself, at a fixed number of bits."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from freeagentics.arrays import F32, F64, I64, U8
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.scalar import ScalarCodec, steps_of
from freeagentics.memory.codec.side_information import SideInformation
from freeagentics.memory.features import FEATURES, HIGH_32, LOW_32


class PlainCodec(Codec):
    """A codec with codes of one length, without side information. A truncated code cannot be read.

    Attributes:
        widths: bits of each feature, (48,).
    """

    shares = False
    payload_bytes: int
    widths: I64

    @abstractmethod
    def _pack(self, vectors: F32) -> U8:
        """Feature vectors (n, 48), inside their ranges, -> payloads (n, payload_bytes)."""

    @abstractmethod
    def _unpack(self, payload: U8) -> F32:
        """Inverse of `_pack`."""

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Implement `Codec.encode`."""
        payload = self._pack(np.fmin(np.fmax(vectors, LOW_32), HIGH_32))
        codes = Codes.with_checksum(payload, np.full(len(vectors), self.payload_bytes))
        return Encoded(codes, self._unpack(payload))

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Implement `Codec.decode`."""
        codes.check()
        if (codes.length != self.payload_bytes + 1).any():
            raise CorruptRecord(f"{self.name} codes that are not {self.payload_bytes + 1} bytes long")
        if not len(codes):
            return np.zeros((0, len(FEATURES)), dtype=np.float32)
        return self._unpack(codes.payload[:, : self.payload_bytes])

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Implement `Codec.bits`."""
        return self.widths.astype(np.float64)


class Float32Codec(PlainCodec):
    """The vectors as they are."""

    name = "float32"
    version = 2
    payload_bytes = 4 * len(FEATURES)
    widths = np.full(len(FEATURES), 32)

    def _pack(self, vectors: F32) -> U8:
        return np.ascontiguousarray(vectors, dtype="<f4").view(np.uint8).reshape(len(vectors), self.payload_bytes)

    def _unpack(self, payload: U8) -> F32:
        return np.ascontiguousarray(payload).view("<f4").astype(np.float32)


class Int8Codec(PlainCodec):
    """A byte a feature, over its range.

    Args:
        zero: whether 0 is a level of every feature; it was not for codes of version 3.
    """

    name = "int8"
    payload_bytes = len(FEATURES)
    widths = np.full(len(FEATURES), 8)

    def __init__(self, *, zero: bool = True) -> None:
        self.version = 8 if zero else 3
        self._steps = steps_of(self.widths, zero=zero)

    def _pack(self, vectors: F32) -> U8:
        return np.rint((vectors - LOW_32) / (HIGH_32 - LOW_32) * self._steps).astype(np.uint8)

    def _unpack(self, payload: U8) -> F32:
        return (payload / self._steps * (HIGH_32 - LOW_32) + LOW_32).astype(np.float32)


class BitsCodec(PlainCodec):
    """Codec with as many bits a feature as the table of features says; the levels of `ScalarCodec`, whose own codes carry other versions.

    Args:
        zero: whether 0 is a level of every feature; it was not for codes of version 4.
    """

    name = "scalar"
    payload_bytes = ScalarCodec.code_bytes - 2
    widths = np.array([feature.bits for feature in FEATURES])

    def __init__(self, *, zero: bool = True) -> None:
        self.version = 7 if zero else 4
        self._levels = ScalarCodec(zero=zero)

    def _pack(self, vectors: F32) -> U8:
        return self._levels.pack_bits(self._levels.quantise(vectors))

    def _unpack(self, payload: U8) -> F32:
        return self._levels.vectors(self._levels.unpack_bits(payload))

"""Codecs that need no training: every feature by itself, at a fixed number of bits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F32, F64, I64, U8
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.scalar import ScalarCodec, ends_of, steps_of
from freeagentics.memory.codec.side_information import SideInformation
from freeagentics.memory.features import FEATURES, Feature


class PlainCodec(Codec):
    """A codec with codes of one length, without side information. A truncated code cannot be read.

    Args:
        features: that are coded, F of them.
        widths: bits of each, (F,).

    Attributes:
        payload_bytes: of each code, its checksum not counted.
    """

    shares = False

    def __init__(self, features: Sequence[Feature], widths: I64) -> None:
        self._low, self._high = ends_of(features)
        self.widths = widths
        self.payload_bytes = (int(widths.sum()) + 7) // 8
        self.shortest = self.payload_bytes + 1

    @abstractmethod
    def _pack(self, vectors: F32) -> U8:
        """Feature vectors (n, F), inside their ranges, -> payloads (n, payload_bytes)."""

    @abstractmethod
    def _unpack(self, payload: U8) -> F32:
        """Inverse of `_pack`."""

    def payload(self, vectors: F32) -> U8:
        """Payloads (n, payload_bytes) of feature vectors (n, F)."""
        return self._pack(np.fmin(np.fmax(vectors, self._low), self._high))

    def read(self, payload: U8) -> F32:
        """Feature vectors (n, F) of payloads (n, payload_bytes)."""
        if not len(payload):
            return np.zeros((0, len(self.widths)), dtype=np.float32)
        return self._unpack(payload)

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Implement `Codec.encode`."""
        payload = self.payload(vectors)
        codes = Codes.with_checksum(payload, np.full(len(vectors), self.payload_bytes))
        return Encoded(codes, self._unpack(payload))

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Implement `Codec.decode`."""
        codes.check()
        if (codes.length != self.payload_bytes + 1).any():
            raise CorruptRecord(f"{self.name} codes that are not {self.payload_bytes + 1} bytes long")
        return self.read(codes.payload[:, : self.payload_bytes])

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Implement `Codec.bits`."""
        return self.widths.astype(np.float64)


class Float32Codec(PlainCodec):
    """The vectors as they are."""

    name = "float32"
    version = 2

    def __init__(self, features: Sequence[Feature] = FEATURES) -> None:
        super().__init__(features, np.full(len(features), 32))

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

    def __init__(self, features: Sequence[Feature] = FEATURES, *, zero: bool = True) -> None:
        super().__init__(features, np.full(len(features), 8))
        self.version = 8 if zero else 3
        self._steps = steps_of(self.widths, self._low, zero=zero)

    def _pack(self, vectors: F32) -> U8:
        return np.rint((vectors - self._low) / (self._high - self._low) * self._steps).astype(np.uint8)

    def _unpack(self, payload: U8) -> F32:
        return (payload / self._steps * (self._high - self._low) + self._low).astype(np.float32)


class BitsCodec(PlainCodec):
    """Codec with as many bits a feature as the table of features says; the levels of `ScalarCodec`, whose own codes carry other versions.

    Args:
        zero: whether 0 is a level of every feature; it was not for codes of version 4.
    """

    name = "scalar"

    def __init__(self, features: Sequence[Feature] = FEATURES, *, zero: bool = True) -> None:
        super().__init__(features, np.array([feature.bits for feature in features]))
        self.version = 7 if zero else 4
        self._levels = ScalarCodec(features, zero=zero)

    def _pack(self, vectors: F32) -> U8:
        return self._levels.pack_bits(self._levels.quantise(vectors))

    def _unpack(self, payload: U8) -> F32:
        return self._levels.vectors(self._levels.unpack_bits(payload))

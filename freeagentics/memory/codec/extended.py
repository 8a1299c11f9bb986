"""The extended codec: features of a role's own beside the 48 that all have, whatever codec those have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.plain import BitsCodec, Float32Codec, Int8Codec, PlainCodec
from freeagentics.memory.codec.side_information import SideInformation
from freeagentics.memory.features import FEATURES, Feature

_PLAIN: dict[str, Callable[[Sequence[Feature]], PlainCodec]] = {"float32": Float32Codec, "int8": Int8Codec}
"""How features of a role's own are kept beside a codec of this name; beside others at the bits that they declare."""

_BASE = len(FEATURES)


class ExtendedCodec(Codec):
    """A codec of the 48 features, and plain numbers of a role's own before each of its codes: nothing was ever learned of those.

    It carries the name and the version of the codec of the 48. What else a code holds stands on record with the role.
    """

    def __init__(self, base: Codec, own: Sequence[Feature]) -> None:
        self.name, self.version, self.shares = base.name, base.version, base.shares
        self._base = base
        self._own = _PLAIN.get(base.name, BitsCodec)(own)
        self.shortest = base.shortest + self._own.payload_bytes

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Implement `Codec.encode`."""
        base, own = self._base.encode(vectors[:, :_BASE], side_information, focus), self._own.payload(vectors[:, _BASE:])
        payload = np.concatenate([own, base.codes.payload], axis=1)
        codes = Codes.with_checksum(payload, base.codes.length - 1 + own.shape[1])
        return Encoded(codes, np.concatenate([base.vectors, self._own.read(own)], axis=1))

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Implement `Codec.decode`. A truncated code has its own features whole, or cannot be read."""
        codes.check()
        width = self._own.payload_bytes
        if (codes.length < width + 1).any():
            raise CorruptRecord(f"codes of less than {width + 1} bytes, whose role has features of its own")
        base = Codes.with_checksum(codes.payload[:, width:], codes.length - 1 - width)
        return np.concatenate([self._base.decode(base, side_information), self._own.read(codes.payload[:, :width])], axis=1)

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Implement `Codec.bits`."""
        return np.append(self._base.bits(vectors[:, :_BASE], side_information, focus), self._own.widths)


def extended(codec: Codec, own: Sequence[Feature]) -> Codec:
    """A codec that also keeps a role's own features, where it has any."""
    return ExtendedCodec(codec, own) if own else codec

"""The contract of codecs: feature vectors into codes and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, F64, I64, U8
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.side_information import SideInformation
from freeagentics.memory.features import HIGH_32, LOW_32, RECALL

_LOW, _WIDTH = LOW_32[RECALL], (HIGH_32 - LOW_32)[RECALL]

KEY_SIZE = int(RECALL.sum())
"""Size of the keys that `RecallIndex` compares."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Codes, and the feature vectors (n, 48) that decoding them will give."""

    codes: Codes
    vectors: F32


class Codec(ABC):
    """Turns the feature vectors of a cohort into codes, and codes into feature vectors.

    Attributes:
        name: as scenarios call it.
        version: as pages of codes carry it; a code is read by a codec of the version that wrote it.
        shares: True where codes leave out what side information tells.
    """

    name: str
    version: int
    shares: bool

    @abstractmethod
    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Code feature vectors (n, 48).

        Args:
            vectors: values are clipped to their feature's range; NaN is its low end.
            side_information: of each memory.
            focus: the asset that each state is about, (n,).
        """

    @abstractmethod
    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Feature vectors (n, 48) from codes, with the side information that they were coded with.

        Raises CorruptRecord naming the rows whose code is damaged.
        """

    @abstractmethod
    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Bits that each feature takes of the codes of feature vectors (n, 48), n > 0, in the mean, (48,).

        The rest of a code belongs to none: its checksum, the asset in focus, bypass numbers, rounding up to whole bytes.
        """


def keys_of(vectors: F32) -> U8:
    """Keys of feature vectors (n, 48): the features marked for recall, scaled to 0 to 255, (n, KEY_SIZE)."""
    share = (vectors[:, RECALL] - _LOW) / _WIDTH
    return np.rint(np.clip(np.nan_to_num(share), 0, 1) * np.float32(255)).astype(np.uint8)

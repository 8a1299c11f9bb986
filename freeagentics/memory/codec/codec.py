"""The contract of codecs: feature vectors into codes and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from freeagentics.arrays import F32, F64, I64
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.side_information import SideInformation


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Codes, and the feature vectors (n, F) that decoding them will give."""

    codes: Codes
    vectors: F32


class Codec(ABC):
    """Turns the feature vectors of a cohort into codes, and codes into feature vectors; F is 48, and more where a role has some of its own.

    Attributes:
        name: as scenarios call it.
        version: as pages of codes carry it; a code is read by a codec of the version that wrote it.
        shares: True where codes leave out what side information tells.
        shortest: bytes, checksum included, that a truncated code must have to be read.
    """

    name: str
    version: int
    shares: bool
    shortest: int

    @abstractmethod
    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Code feature vectors (n, F).

        Args:
            vectors: values are clipped to their feature's range; NaN is its low end.
            side_information: of each memory.
            focus: the asset that each state is about, (n,).
        """

    @abstractmethod
    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Feature vectors (n, F) from codes, with the side information that they were coded with.

        Raises CorruptRecord naming the rows whose code is damaged.
        """

    @abstractmethod
    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Bits that each feature takes of the codes of feature vectors (n, F), n > 0, in the mean, (F,).

        The rest of a code belongs to none: its checksum, the asset in focus, bypass numbers, rounding up to whole bytes.
        """

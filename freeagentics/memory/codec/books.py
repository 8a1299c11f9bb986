"""Books of desks as memories share them: coded once a step, for all agents of a desk."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64
from freeagentics.memory.codec.codec import Codec
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.side_information import SideInformation
from freeagentics.memory.features import BOOK, FEATURES, column

DESK = "desk"
"""The role under which codecs of books are trained and kept."""

_PLACES = np.array([column(name) for name in BOOK])


def book_vectors(books: F32) -> F32:
    """Books (D, len(BOOK)) as the feature vectors (D, 48) that their codec codes."""
    vectors = np.zeros((len(books), len(FEATURES)), dtype=np.float32)
    vectors[:, _PLACES] = books
    return vectors


def whole_market(values: F32) -> F32:
    """Mean over assets, beside which books are coded: (A, columns) -> (1, columns), or (n, A, columns) -> (n, 1, columns)."""
    return np.expand_dims(kernels.mean(values.astype(np.float32, copy=False), axis=-2), -2)


class BookCodec:
    """Turns books into codes and back.

    Attributes:
        version: of the codec at work, as pages of codes carry it.
    """

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.version = codec.version

    def encode(self, books: F32, values: F32) -> tuple[Codes, F32]:
        """Codes of books (D, len(BOOK)), with the observation (A, columns), and the books that decoding will give."""
        encoded = self._codec.encode(book_vectors(books), SideInformation(whole_market(values)), _nowhere(len(books)))
        return encoded.codes, encoded.vectors[:, _PLACES]

    def decode(self, codes: Codes, values: F32) -> F32:
        """Books (D, len(BOOK)) from their codes. Raises CorruptRecord naming the desks whose code is damaged."""
        return self._codec.decode(codes, SideInformation(whole_market(values)))[:, _PLACES]


def _nowhere(count: int) -> I64:
    """Books are about no asset: (count,) zeros."""
    return np.zeros(count, dtype=np.int64)

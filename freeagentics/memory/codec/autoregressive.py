"""The autoregressive codec: features coded in stages, each predicted from the ones before, in integers.

A small net a stage, exported from what `nets.PriorNet` learned, predicts features from the side information (the observation, the book of
the desk) and from the stages before (autoregressive entropy modelling; Minnen, Ballé & Toderici, "Joint autoregressive and hierarchical
priors for learned image compression", 2018, https://arxiv.org/abs/1809.02736). What is left is quantised and range-coded with tables of
learned frequencies. While training, uniform noise stands for quantising (Ballé, Laparra & Simoncelli, "End-to-end optimized image
compression", 2017, https://arxiv.org/abs/1611.01704).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray, contiguous
from freeagentics.kernels import compiled, log, mean
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import LONGEST, Codes
from freeagentics.memory.codec.constants import CodecConstants
from freeagentics.memory.codec.side_information import BOOK_COLUMNS, SideInformation
from freeagentics.memory.codec.tables import PROB_BITS
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES


class AutoregressiveCodec(Codec):
    """A codec of what side information does not predict: the private part of feature vectors.

    Args:
        weights: of one role.
        columns: names of the observation's columns; of those that the codec knows and the market lacks it takes zeros, as agents do.

    It has no state: threads may share it. The work is done by the kernels of ``kernels/c/codec.c``.
    """

    name = "autoregressive"
    shares = True
    shortest = 1

    def __init__(self, weights: CodecWeights, columns: Sequence[str]) -> None:
        self.version = weights.version
        self.weights = weights
        self._constants = CodecConstants(weights, (*columns, *BOOK_COLUMNS))

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Implement `Codec.encode`. Raises ValueError where arrays do not fit each other."""
        return self._encode(vectors, side_information, focus)[0]

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Implement `Codec.decode`. Of a truncated code, features that it does not determine come back as predicted."""
        codes.check()
        vectors = np.empty((len(codes), len(FEATURES)), dtype=np.float32)
        given = (contiguous(codes.data), contiguous(codes.length), *_shared(side_information))
        scratch = self._constants.scratch(side_information.assets)
        compiled.codec_decode(*self._constants.arguments, *given, vectors, *scratch)
        return vectors

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Implement `Codec.bits`."""
        _, frequency = self._encode(vectors, side_information, focus)
        found = np.zeros(len(FEATURES))
        found[self.weights.order] = PROB_BITS - mean(log(frequency.astype(np.float64)), axis=0) / log(2.0)
        return found

    def _encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> tuple[Encoded, AnyArray]:
        """Codes, and the frequency of each feature's symbol, (n, F); 4096 where one has none."""
        rows, constants = len(vectors), self._constants
        data, length = np.zeros((rows, LONGEST), dtype=np.uint8), np.empty(rows, dtype=np.int64)
        decoded, frequency = np.empty((rows, len(FEATURES)), dtype=np.float32), np.empty((rows, constants.predicted), dtype=np.uint16)
        values, book, *sizes = _shared(side_information)
        given = (contiguous(vectors, dtype=np.float32).reshape(rows, len(FEATURES)), values, book, contiguous(focus))
        filled = (data, length, decoded, frequency, *constants.scratch(side_information.assets))
        compiled.codec_encode(*constants.arguments, *given, *sizes, *filled)
        return Encoded(Codes(data[:, : int(length.max(initial=1))].copy(), length), decoded), frequency


_NO_BOOK = np.zeros((0, 0), dtype=np.float32)


def _shared(side_information: SideInformation) -> tuple[F32, F32, int, int, int]:
    """Observation and books, and the numbers of assets, columns, and columns of a book."""
    values = contiguous(side_information.values, dtype=np.float32)
    book = _NO_BOOK if side_information.book is None else contiguous(side_information.book, dtype=np.float32)
    return values, book, *values.shape[-2:], book.shape[1]

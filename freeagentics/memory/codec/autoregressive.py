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

from freeagentics.arrays import F32, F64, I64
from freeagentics.memory.codec.bit_cost import BitCostEncoder
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.fixed_point import FixedPointTransform
from freeagentics.memory.codec.range_coder import PROB_SCALE, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.side_information import BOOK_COLUMNS, SideInformation
from freeagentics.memory.codec.stage import stages_of
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES


class AutoregressiveCodec(Codec):
    """A codec of what side information does not predict: the private part of feature vectors.

    Args:
        weights: of one role.
        columns: names of the observation's columns; of those that the codec knows and the market lacks it takes zeros, as agents do.

    It has no state: threads may share it.
    """

    name = "autoregressive"
    shares = True

    def __init__(self, weights: CodecWeights, columns: Sequence[str]) -> None:
        self.version = weights.version
        self.weights = weights
        self.transform = FixedPointTransform(weights, (*columns, *BOOK_COLUMNS))
        self.stages = stages_of(self.transform, weights)

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        """Implement `Codec.encode`."""
        encoder = RangeEncoder(len(vectors))
        decoded = self._write(encoder, vectors, side_information, focus)
        return Encoded(Codes.with_checksum(*encoder.finish()), self.transform.from_fixed(decoded))

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        """Implement `Codec.decode`. Of a truncated code, features that it does not determine come back as predicted."""
        codes.check()
        rows = len(codes)
        decoder = RangeDecoder(codes.payload, codes.length - 1)
        focus = _decode_focus(decoder, side_information.assets)
        decoded = np.zeros((len(FEATURES), rows))
        side = side_information.in_focus(focus)
        inputs = self.transform.net_inputs(side)
        for stage in self.stages:
            stage.read(decoder, decoded, inputs)
        self.transform.fill_copied(side, decoded)
        self._decode_escapes(decoder, decoded)
        return self.transform.from_fixed(decoded)

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Implement `Codec.bits`."""
        encoder = BitCostEncoder(len(vectors))
        self._write(encoder, vectors, side_information, focus)
        coded = self.weights.order[~self.weights.deterministic]
        found = np.zeros(len(FEATURES))
        # Before them may stand the asset in focus; the last symbol is the escape flag.
        found[coded] = encoder.bits[-1 - len(coded) : -1]
        return found

    def _write(self, encoder: RangeEncoder, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        """Put vectors into codes; what they come back as, in integers (48, n)."""
        fixed = self.transform.to_fixed(vectors)
        _encode_focus(encoder, focus, side_information.assets)
        decoded = np.zeros_like(fixed)
        side = side_information.in_focus(focus)
        inputs = self.transform.net_inputs(side)
        for stage in self.stages:
            stage.write(encoder, fixed, decoded, inputs)
        self.transform.fill_copied(side, decoded)
        self._encode_escapes(encoder, fixed, decoded)
        return decoded

    def _encode_escapes(self, encoder: RangeEncoder, fixed: F64, decoded: F64) -> None:
        """Encode a flag where an uncoded feature is not as decoded, and in such memories all uncoded features."""
        transform = self.transform
        escaped = transform.mismatches(fixed, decoded)
        encoder.encode(*transform.flag_frequencies(escaped))
        rows = np.flatnonzero(escaped)
        for feature in transform.uncoded if rows.size else ():
            numbers = transform.to_bypass(fixed[feature, rows], feature)
            encoder.encode_bypass(rows, numbers)
            decoded[feature, rows] = transform.from_bypass(numbers, feature)

    def _decode_escapes(self, decoder: RangeDecoder, decoded: F64) -> None:
        transform = self.transform
        escaped = decoder.decode_target() >= transform.p_no_escape
        decoder.decode_update(*transform.flag_frequencies(escaped))
        rows = np.flatnonzero(escaped & decoder.determined)
        for feature in transform.uncoded if rows.size else ():
            values = transform.from_bypass(decoder.decode_bypass(rows), feature)
            decoded[feature, rows] = np.where(decoder.determined[rows], values, decoded[feature, rows])


def _encode_focus(encoder: RangeEncoder, focus: I64, assets: int) -> None:
    if assets > 1:
        each = np.uint64(PROB_SCALE // assets)
        encoder.encode(focus.astype(np.uint64) * each, np.full(len(focus), each))


def _decode_focus(decoder: RangeDecoder, assets: int) -> I64:
    """Asset in focus of every row, (n,); the first where the code determines none."""
    if assets == 1:
        return np.zeros(len(decoder.determined), dtype=np.int64)
    each = np.uint64(PROB_SCALE // assets)
    focus = decoder.decode_target() // int(each)
    decoder.decode_update(focus.astype(np.uint64) * each, np.full(len(focus), each))
    return np.where(decoder.determined, np.minimum(focus, assets - 1), 0)

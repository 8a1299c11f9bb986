"""The autoregressive codec: features coded in stages, each predicted from the ones before, in whole numbers.

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
from freeagentics.memory.codec.given import BOOK_COLUMNS, Given
from freeagentics.memory.codec.range_coder import PROB_SCALE, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.stage import stages_of
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES


class AutoregressiveCodec(Codec):
    """Codes what is an agent's own of its experiences, given what the market showed to everybody and the book of its desk.

    Args:
        trained: of one role.
        columns: names of the observation's columns; of those that the codec knows and the market lacks it takes zeros, as agents do.

    It has no state: threads may share it.
    """

    name = "autoregressive"
    shares = True

    def __init__(self, trained: CodecWeights, columns: Sequence[str]) -> None:
        self.version = trained.version
        self.trained = trained
        self.latents = FixedPointTransform(trained, (*columns, *BOOK_COLUMNS))
        self.stages = stages_of(self.latents, trained)

    def encode(self, states: F32, given: Given, focus: I64) -> Encoded:
        """As `Codec.encode`."""
        encoder = RangeEncoder(len(states))
        decoded = self._write(encoder, states, given, focus)
        return Encoded(Codes.with_checksum(*encoder.finish()), self.latents.states(decoded))

    def decode(self, codes: Codes, given: Given) -> F32:
        """As `Codec.decode`. Of a truncated code, features that it does not determine come back as predicted."""
        codes.check()
        rows = len(codes)
        decoder = RangeDecoder(codes.payload, codes.length - 1)
        focus = _take_focus(decoder, given.assets)
        decoded = np.zeros((len(FEATURES), rows))
        shown = given.shown(focus)
        known = self.latents.begin(shown)
        for stage in self.stages:
            stage.read(decoder, decoded, known)
        self.latents.reflect(shown, decoded)
        self._take_amendments(decoder, decoded)
        return self.latents.states(decoded)

    def bits(self, states: F32, given: Given, focus: I64) -> F64:
        """As `Codec.bits`."""
        encoder = BitCostEncoder(len(states))
        self._write(encoder, states, given, focus)
        spoken = self.trained.order[~self.trained.implied]
        found = np.zeros(len(FEATURES))
        # Before them may stand the asset in focus; the last symbol says whether there are amendments.
        found[spoken] = encoder.bits[-1 - len(spoken) : -1]
        return found

    def _write(self, encoder: RangeEncoder, states: F32, given: Given, focus: I64) -> F64:
        """Put states into codes; what they come back as, in whole numbers (48, n)."""
        whole = self.latents.whole(states)
        _put_focus(encoder, focus, given.assets)
        decoded = np.zeros_like(whole)
        shown = given.shown(focus)
        known = self.latents.begin(shown)
        for stage in self.stages:
            stage.write(encoder, whole, decoded, known)
        self.latents.reflect(shown, decoded)
        self._put_amendments(encoder, whole, decoded)
        return decoded

    def _put_amendments(self, encoder: RangeEncoder, whole: F64, decoded: F64) -> None:
        """Whether a feature without a symbol is not what it was taken to be, and in such memories all of these."""
        latents = self.latents
        amended = latents.amiss(whole, decoded)
        encoder.encode(*latents.mark(amended))
        rows = np.flatnonzero(amended)
        for feature in latents.silent if rows.size else ():
            numbers = latents.to_bypass(whole[feature, rows], feature)
            encoder.encode_bypass(rows, numbers)
            decoded[feature, rows] = latents.from_bypass(numbers, feature)

    def _take_amendments(self, decoder: RangeDecoder, decoded: F64) -> None:
        latents = self.latents
        amended = decoder.decode_target() >= latents.fine
        decoder.decode_update(*latents.mark(amended))
        rows = np.flatnonzero(amended & decoder.determined)
        for feature in latents.silent if rows.size else ():
            values = latents.from_bypass(decoder.decode_bypass(rows), feature)
            decoded[feature, rows] = np.where(decoder.determined[rows], values, decoded[feature, rows])


def _put_focus(encoder: RangeEncoder, focus: I64, assets: int) -> None:
    if assets > 1:
        each = np.uint64(PROB_SCALE // assets)
        encoder.encode(focus.astype(np.uint64) * each, np.full(len(focus), each))


def _take_focus(decoder: RangeDecoder, assets: int) -> I64:
    """The asset in focus of every row, (n,); the first where the code tells none."""
    if assets == 1:
        return np.zeros(len(decoder.determined), dtype=np.int64)
    each = np.uint64(PROB_SCALE // assets)
    focus = decoder.decode_target() // int(each)
    decoder.decode_update(focus.astype(np.uint64) * each, np.full(len(focus), each))
    return np.where(decoder.determined, np.minimum(focus, assets - 1), 0)

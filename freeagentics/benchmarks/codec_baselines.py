"""Baselines of codecs for feature vectors, each at the error of ours in every group, where it can be."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import zstandard

from freeagentics.arrays import F32, F64, U8
from freeagentics.benchmarks.codec_data import Sample
from freeagentics.memory.codec.plain import PlainCodec
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.features import FEATURES, HIGH_32, LOW_32, Group

CHECKSUM, LENGTH = 8, 4
"""Bits that every memory takes beside its code, as ours do; a length where codes differ in it."""

_PAGE = 256

_DICTIONARY = 16 * 1024

Errors = Mapping[Group, float]
"""Root mean square error of each group, in standard deviations."""


@dataclass(frozen=True, slots=True)
class CodingResult:
    """Bits a memory, all included, and the error that is left."""

    bits: float
    errors: Errors


def ours(sample: Sample) -> CodingResult:
    """The shipped codec, in blocks of a cohort's 256."""
    encoded = sample.codec.encode(sample.test.vectors, sample.side_information, sample.test.focus)
    count = len(encoded.codes)
    pages = [encoded.codes.rows(np.arange(first, min(first + _PAGE, count))).to_bytes() for first in range(0, count, _PAGE)]
    return CodingResult(8 * sum(map(len, pages)) / count + sample.shared_bits, sample.errors(encoded.vectors))


def float16_zlib(sample: Sample) -> CodingResult:
    """Half precision, deflated memory by memory."""
    halves = sample.test.vectors.astype(np.float16)
    lengths = [len(zlib.compress(row.tobytes(), 9)) for row in halves]
    return CodingResult(8 * float(np.mean(lengths)) + CHECKSUM + LENGTH, sample.errors(halves.astype(np.float32)))


class FourBitsCodec(PlainCodec):
    """Half a byte a feature, over its range."""

    name = "4 bits"
    version = 5

    def __init__(self) -> None:
        super().__init__(FEATURES, np.full(len(FEATURES), 4))

    def _pack(self, vectors: F32) -> U8:
        levels = np.rint((vectors - LOW_32) / (HIGH_32 - LOW_32) * np.float32(15)).astype(np.uint8)
        return (levels[:, ::2] << 4 | levels[:, 1::2]).astype(np.uint8)

    def _unpack(self, payload: U8) -> F32:
        levels = np.stack([payload >> 4, payload & 15], axis=2).reshape(len(payload), len(FEATURES))
        return (levels / np.float32(15) * (HIGH_32 - LOW_32) + LOW_32).astype(np.float32)


def plain(codec: PlainCodec) -> Callable[[Sample], CodingResult]:
    """A codec that needs no training and no side information."""

    def code(sample: Sample) -> CodingResult:
        encoded = codec.encode(sample.test.vectors, sample.side_information, sample.test.focus)
        return CodingResult(8 * float(encoded.codes.length.mean()), sample.errors(encoded.vectors))

    return code


def quantised_zstd(sample: Sample, wanted: Errors, *, side: bool) -> CodingResult:
    """Every feature quantised by itself, then zstd at level 19 with a trained dictionary, memory by memory; with side information only the
    features that it does not show, and of these what a linear regression on it leaves, where that is less."""
    test = _standard(sample, sample.test)

    def scalar_error(step: F64) -> F64:
        return np.square(np.rint(test / step) * step - test).mean(axis=0)

    step, errors = _matched(sample, wanted, scalar_error, side=side)
    learned, tested = _levels(sample, step, side=side)
    dictionary = zstandard.train_dictionary(_DICTIONARY, [row.tobytes() for row in learned], level=19)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False, write_checksum=False, write_dict_id=False
    )
    dictionary.precompute_compress(compression_params=parameters)
    coder = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters)
    lengths = [len(coder.compress(row.tobytes())) for row in tested]
    return CodingResult(8 * float(np.mean(lengths)) + _beside(sample, side=side), errors)


def pca(sample: Sample, wanted: Errors, *, side: bool) -> CodingResult:
    """Weighted principal components, quantised, at the entropy of what is measured itself: no coder without memory can do better."""
    coded = ~sample.copied()[0] if side else np.ones(len(sample.weights.filled), dtype=np.bool_)
    learn, test = (_standard(sample, part) for part in (sample.learn, sample.test))
    if side:
        learn, test = _without(sample, learn, test)
    learn, test = learn[:, coded], test[:, coded]
    latent = np.empty_like(test)

    def rotated_error(step: F64) -> F64:
        nonlocal latent
        width = step[coded]
        basis = np.linalg.eigh(np.cov((learn / width).T))[1]
        exact = (test / width) @ basis
        latent = np.rint(exact)
        square = np.zeros(len(coded))
        square[coded] = np.square((latent - exact) @ basis.T * width).mean(axis=0)
        return square

    _, errors = _matched(sample, wanted, rotated_error, side=side)
    return CodingResult(sum(entropy(column) for column in latent.T) + _beside(sample, side=side), errors)


def _beside(sample: Sample, *, side: bool) -> float:
    """Bits beside the code: checksum and length, and those of side information: a share of the desk's book, the asset in focus."""
    return CHECKSUM + LENGTH + (sample.shared_bits + float(np.log2(sample.side_information.assets)) if side else 0)


def _standard(sample: Sample, data: TrainingData) -> F64:
    return sample.standard(data.vectors)[:, sample.weights.filled]


def _without(sample: Sample, learn: F64, test: F64) -> tuple[F64, F64]:
    """Residuals of both after a linear regression on side information, fitted to the training part."""
    before, now = (np.column_stack([part.side_information.astype(np.float64), np.ones(len(part))]) for part in (sample.learn, sample.test))
    scale = np.maximum(np.abs(before).max(axis=0), 1e-9)
    weight = np.linalg.lstsq(before / scale, learn, rcond=None)[0]
    return learn - (before / scale) @ weight, test - (now / scale) @ weight


def _levels(sample: Sample, step: F64, *, side: bool) -> tuple[np.ndarray, np.ndarray]:
    """Quantised features of what may be learned from and of the test, signs folded into a byte each or, where that is too small, two."""
    learn, test = (np.rint(_standard(sample, part) / step) for part in (sample.learn, sample.test))
    if side:
        left = [np.rint(part / step) for part in _without(sample, *(_standard(sample, part) for part in (sample.learn, sample.test)))]
        less = np.array([entropy(left[0][:, place]) < entropy(learn[:, place]) for place in range(len(step))])
        hidden = ~sample.copied()[0]
        learn, test = (np.where(less, difference, level)[:, hidden] for difference, level in zip(left, (learn, test), strict=True))
    folded = [np.where(part < 0, -2 * part - 1, 2 * part).astype(np.int64) for part in (learn, test)]
    dtype = np.uint8 if max(int(part.max()) for part in folded) < 256 else np.uint16
    return folded[0].astype(dtype), folded[1].astype(dtype)


def _by_group(sample: Sample, square: F64) -> Errors:
    varying = sample.weights.filled
    return {name: float(np.sqrt(square[np.searchsorted(varying, features)].mean())) for name, features in sample.groups.items()}


def _matched(sample: Sample, wanted: Errors, error: Callable[[F64], F64], *, side: bool) -> tuple[F64, Errors]:
    """Steps of all features (F,), one a group, at which the errors are those wanted, and these; *error* gives mean squares for steps."""
    known, off = sample.copied() if side else (np.zeros(len(sample.weights.filled), dtype=np.bool_), 0)
    bound = {name: value * np.sqrt(12) for name, value in wanted.items()}
    for _ in range(12):
        step = np.array([bound[FEATURES[feature].group] for feature in sample.weights.filled])
        found = _by_group(sample, np.where(known, off, error(step)))
        bound = {name: value * np.clip(wanted[name] / max(found[name], 1e-6), 0.5, 2) for name, value in bound.items()}
    return step, found


def entropy(values: F64) -> float:
    """Bits a value, of values (n,)."""
    counts = np.unique(values, return_counts=True)[1]
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())

"""Other ways to code experiences, each at the same error in every group as ours, where it can be."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64
from freeagentics.benchmarks.codec_data import HIGH, LOW, Sample
from freeagentics.errors import BadInput
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.memory.features import FEATURES, Group

CHECKSUM, LENGTH = 8, 4
"""Bits that every memory takes beside its code, as ours do; a length where codes differ in it."""

_PAGE = 256

_DICTIONARY = 16 * 1024
_LATENTS = 16

Errors = Mapping[Group, float]
"""Root mean square error of each group, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Bits a memory, all included, and the error that is left."""

    bits: float
    errors: Errors


def ours(sample: Sample) -> Coded:
    """The shipped codec, in blocks of a cohort's 256."""
    encoded = sample.codec.encode(sample.test.states, sample.observed, sample.test.focus)
    count = len(encoded.codes)
    pages = [encoded.codes.rows(np.arange(first, min(first + _PAGE, count))).to_bytes() for first in range(0, count, _PAGE)]
    return Coded(8 * sum(map(len, pages)) / count, sample.errors(encoded.states))


def float32(sample: Sample) -> Coded:
    """The states as they are."""
    return Coded(32.0 * len(FEATURES) + CHECKSUM, sample.errors(sample.test.states))


def float16_zlib(sample: Sample) -> Coded:
    """Half precision, deflated memory by memory."""
    halves = sample.test.states.astype(np.float16)
    lengths = [len(zlib.compress(row.tobytes(), 9)) for row in halves]
    return Coded(8 * float(np.mean(lengths)) + CHECKSUM + LENGTH, sample.errors(halves.astype(np.float32)))


def fixed(bits: int) -> Callable[[Sample], Coded]:
    """So many bits a feature, over its range."""

    def code(sample: Sample) -> Coded:
        last = 2**bits - 1
        share = (np.clip(sample.test.states, LOW, HIGH) - LOW) / (HIGH - LOW)
        decoded = np.rint(share * last) / last * (HIGH - LOW) + LOW
        return Coded(float(bits * len(FEATURES)) + CHECKSUM, sample.errors(decoded.astype(np.float32)))

    return code


def torch_save(sample: Sample) -> Coded | None:
    """Seed 000's way: float latents of a net through `torch.save`; their error would be that of a net without rounding."""
    try:
        import torch
    except ImportError:
        return None
    file = io.BytesIO()
    torch.save(torch.zeros(_LATENTS), file)
    return Coded(8.0 * len(file.getvalue()), {})


def quantised_zstd(sample: Sample, wanted: Errors, *, side: bool) -> Coded:
    """Every feature quantised by itself, then zstd at level 19 with a trained dictionary, memory by memory; with side information, what a
    linear regression on it leaves, where that is less."""
    try:
        import zstandard
    except ImportError as error:
        raise BadInput("this benchmark compares with zstd; install freeagentics[test]") from error
    step = _matched(sample, wanted, lambda step: _scalar_error(sample, step))
    train, test = _levels(sample, step, side=side)
    dictionary = zstandard.train_dictionary(_DICTIONARY, [row.tobytes() for row in train], level=19)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False, write_checksum=False, write_dict_id=False
    )
    dictionary.precompute_compress(compression_params=parameters)
    coder = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters)
    lengths = [len(coder.compress(row.tobytes())) for row in test]
    bits = 8 * float(np.mean(lengths)) + CHECKSUM + LENGTH + side * _focus(sample)
    return Coded(bits, _scalar_error(sample, step))


def pca(sample: Sample, wanted: Errors, *, side: bool) -> Coded:
    """Weighted principal components, quantised, at the entropy of what is measured itself: no coder without memory can do better."""
    learn, test = (_standard(sample, part) for part in (sample.learn, sample.test))
    if side:
        learn, test = _without(sample, learn, test)
    coded: dict[str, F64] = {}

    def error(step: F64) -> Errors:
        basis = np.linalg.eigh(np.cov((learn / step).T))[1]
        latent = (test / step) @ basis
        coded["latent"] = np.rint(latent)
        off = np.square((coded["latent"] - latent) @ basis.T * step)
        return _by_group(sample, off.mean(axis=0))

    step = _matched(sample, wanted, error)
    errors = error(step)
    bits = sum(_entropy(column) for column in coded["latent"].T) + CHECKSUM + LENGTH + side * _focus(sample)
    return Coded(bits, errors)


def _focus(sample: Sample) -> float:
    """Bits that say which asset's observation a memory is given."""
    return float(np.log2(sample.observed.shape[1]))


def _standard(sample: Sample, experiences: Experiences) -> F64:
    return sample.standard(experiences.states)[:, np.sort(sample.trained.order)]


def _without(sample: Sample, learn: F64, test: F64) -> tuple[F64, F64]:
    """What a linear regression on the observation of the asset in focus, fitted to what may be learned from, leaves of both."""
    before, now = (np.column_stack([part.shown.astype(np.float64), np.ones(len(part))]) for part in (sample.learn, sample.test))
    scale = np.maximum(np.abs(before).max(axis=0), 1e-9)
    weight = np.linalg.lstsq(before / scale, learn, rcond=None)[0]
    return learn - (before / scale) @ weight, test - (now / scale) @ weight


def _levels(sample: Sample, step: F64, *, side: bool) -> tuple[np.ndarray, np.ndarray]:
    """Quantised features of what may be learned from and of the test, signs folded into a byte each or, where that is too small, two."""
    learn, test = (np.rint(_standard(sample, part) / step) for part in (sample.learn, sample.test))
    if side:
        left = [np.rint(part / step) for part in _without(sample, *(_standard(sample, part) for part in (sample.learn, sample.test)))]
        less = np.array([_entropy(left[0][:, place]) < _entropy(learn[:, place]) for place in range(len(step))])
        learn, test = (np.where(less, difference, level) for difference, level in zip(left, (learn, test), strict=True))
    folded = [np.where(part < 0, -2 * part - 1, 2 * part).astype(np.int64) for part in (learn, test)]
    dtype = np.uint8 if max(int(part.max()) for part in folded) < 256 else np.uint16
    return folded[0].astype(dtype), folded[1].astype(dtype)


def _scalar_error(sample: Sample, step: F64) -> Errors:
    test = _standard(sample, sample.test)
    return _by_group(sample, np.square(np.rint(test / step) * step - test).mean(axis=0))


def _by_group(sample: Sample, square: F64) -> Errors:
    order = np.sort(sample.trained.order)
    return {name: float(np.sqrt(square[np.searchsorted(order, features)].mean())) for name, features in sample.groups.items()}


def _matched(sample: Sample, wanted: Errors, error: Callable[[F64], Errors]) -> F64:
    """Steps of all features, one a group, at which the errors are those wanted."""
    order = np.sort(sample.trained.order)
    bound = {name: value * np.sqrt(12) for name, value in wanted.items()}
    for _ in range(12):
        step = np.array([bound[FEATURES[feature].group] for feature in order])
        found = error(step)
        bound = {name: value * np.clip(wanted[name] / max(found[name], 1e-6), 0.5, 2) for name, value in bound.items()}
    return step


def _entropy(values: F64) -> float:
    counts = np.unique(values, return_counts=True)[1]
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())

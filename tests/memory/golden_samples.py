"""Feature vectors for golden codes: what trained codecs expect, and numbers drawn at random, so that no run's course changes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.memory.codec import BOOK_COLUMNS, AutoregressiveCodec, Codes, SideInformation
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.features import BOOK, FEATURES, HIGH, LOW


@dataclass(frozen=True)
class GoldenSample:
    """Feature vectors (n, 48) and what they are coded given, with the shipped codec of a role."""

    codec: AutoregressiveCodec
    vectors: F32
    side_information: SideInformation
    focus: I64

    def rows(self, chosen: slice) -> GoldenSample:
        """Some of them."""
        return GoldenSample(self.codec, self.vectors[chosen], self.side_information.rows(chosen), self.focus[chosen])


def golden_sample(role: str, assets: int, count: int, lacking: str = "no column") -> GoldenSample:
    """A sample of so many rows, on a market without the columns whose names begin with *lacking*."""
    weights, random = shipped(role), np.random.default_rng(count + assets)
    market = [name not in BOOK_COLUMNS and not name.startswith(lacking) for name in weights.columns]
    columns = tuple(name for name, there in zip(weights.columns, market, strict=True) if there)
    codec = AutoregressiveCodec(weights, columns)
    # Some of what is shared is beyond the eight standard deviations to which inputs are clipped.
    wide = np.where(random.random((assets, len(columns))) < 0.1, 20, 2)
    values = weights.side_offset[market] + wide * _around(random, assets, len(columns)) * 256 / weights.side_scale[market]
    book = None
    if role != "desk":
        book = (_around(random, count, len(BOOK)) * 0.2).astype(np.float32)
    side_information, focus = SideInformation(values.astype(np.float32), book), random.integers(0, assets, count)
    return GoldenSample(codec, _vectors(codec, side_information, focus, random), side_information, focus)


def _vectors(codec: AutoregressiveCodec, side_information: SideInformation, focus: I64, random: np.random.Generator) -> F32:
    """Of seven rows three near what is expected, one near what is most common, one just that, one of anything, and one with holes."""
    count, deviation, usual = len(focus), 256 / codec.weights.scale, codec.weights.center
    seen = SideInformation(side_information.values[focus][:, None], side_information.book)
    near = codec.decode(random_codes(random, count), seen)
    near += (near != usual.astype(np.float32)) * _around(random, count, len(FEATURES)) * deviation * 0.05
    common = usual + deviation * _around(random, count, len(FEATURES)) * (random.random((count, len(FEATURES))) < 0.5)
    anything = random.uniform(1.2 * LOW - 0.1, 1.2 * HIGH, (count, len(FEATURES)))
    holes = np.where(random.random((count, len(FEATURES))) < 0.2, np.nan, anything)
    holes[random.random((count, len(FEATURES))) < 0.05] = np.inf
    holes[random.random((count, len(FEATURES))) < 0.05] = -np.inf
    kinds = np.stack([near, near, near, common, np.broadcast_to(usual, near.shape), anything, holes])
    return kinds[np.arange(count) % len(kinds), np.arange(count)].astype(np.float32)


def random_codes(random: np.random.Generator, count: int, longest: int = 14) -> Codes:
    """Codes of any bytes, with the checksums that belong to them."""
    length = random.integers(0, longest + 1, count)
    data = np.where(np.arange(longest) < length[:, None], random.integers(0, 256, (count, longest)), 0)
    return Codes.with_checksum(data.astype(np.uint8), length)


def _around(random: np.random.Generator, *shape: int) -> F64:
    """Numbers from -1 to 1, most of them near 0: additions alone, which are alike on all machines."""
    drawn: F64 = random.random(shape) + random.random(shape) - 1
    return drawn

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32
from freeagentics.errors import CorruptRecord
from freeagentics.memory import FEATURES, TABLE
from freeagentics.memory.codec import BitsCodec, Codec, Codes, Float32Codec, Int8Codec, ScalarCodec, SideInformation, codec_of
from freeagentics.memory.codec.plain import PlainCodec
from freeagentics.memory.features import HIGH_32 as HIGH
from freeagentics.memory.features import LOW_32 as LOW

NOTHING = SideInformation(np.zeros((1, 0), np.float32))
any_vectors = npst.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(len(FEATURES))), elements=st.floats(width=32))
PLAIN = (Float32Codec(), Int8Codec(), BitsCodec())


def focus(vectors: F32) -> np.ndarray:
    return np.zeros(len(vectors), np.int64)


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
@given(any_vectors)
def test_codes_give_what_encoding_said_they_would(codec: Codec, vectors: F32) -> None:
    encoded = codec.encode(vectors, NOTHING, focus(vectors))
    assert codec.decode(encoded.codes, NOTHING).tobytes() == encoded.vectors.tobytes()
    again = codec.decode(Codes.from_list(encoded.codes.to_list()), NOTHING)
    assert again.tobytes() == encoded.vectors.tobytes()


@pytest.mark.parametrize(("codec", "levels"), [(Float32Codec(), 2**23), (Int8Codec(), 254)], ids=["float32", "int8"])
@given(any_vectors)
def test_values_come_back_within_half_a_level(codec: Codec, levels: int, vectors: F32) -> None:
    clipped = np.where(np.isnan(vectors), LOW, np.clip(vectors, LOW, HIGH))
    decoded = codec.encode(vectors, NOTHING, focus(vectors)).vectors
    assert (np.abs(decoded - clipped) <= (HIGH - LOW) / levels * 0.51 + 1e-6 * np.abs(clipped)).all()


@pytest.mark.parametrize("zero", [True, False])
@given(any_vectors)
def test_the_scalar_codec_has_the_levels_of_the_one_with_a_checksum_a_code(zero: bool, vectors: F32) -> None:
    other = ScalarCodec(zero=zero)
    assert BitsCodec(zero=zero).encode(vectors, NOTHING, focus(vectors)).vectors.tobytes() == other.decode(other.encode(vectors)).tobytes()


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
def test_nothing_comes_back_as_nothing(codec: Codec) -> None:
    vectors = np.zeros((2, len(FEATURES)), np.float32)
    assert not codec.encode(vectors, NOTHING, focus(vectors)).vectors.any()


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
def test_counts_of_whales_come_back_as_whole_numbers(codec: Codec) -> None:
    place = [feature.name for feature in FEATURES].index("whales_heard")
    vectors = np.zeros((63, len(FEATURES)), np.float32)
    vectors[:, place] = np.arange(-31, 32)
    error = np.abs(codec.encode(vectors, NOTHING, focus(vectors)).vectors[:, place] - vectors[:, place])
    assert error[31] == 0
    assert error.max() < (0.13 if codec.name == "int8" else 1e-5)


@pytest.mark.parametrize(("version", "digest"), [(3, "8b3298446e6b7391"), (4, "854d9bbecf6fe368")])
def test_codes_written_before_zero_was_a_level_are_read_as_they_were(version: int, digest: str) -> None:
    payload = np.random.default_rng(0).integers(0, 256, (20, len(FEATURES)), dtype=np.uint8)
    codec = codec_of(version, "any", ())
    assert isinstance(codec, PlainCodec)
    codes = Codes.with_checksum(payload[:, : codec.payload_bytes], np.full(20, codec.payload_bytes))
    assert hashlib.sha256(codec.decode(codes, NOTHING).tobytes()).hexdigest()[:16] == digest


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
def test_damaged_and_truncated_codes_are_refused(codec: Codec) -> None:
    vectors = np.random.default_rng(0).random((4, len(FEATURES))).astype(np.float32)
    codes = codec.encode(vectors, NOTHING, focus(vectors)).codes
    with pytest.raises(CorruptRecord, match="bytes long"):
        codec.decode(codes.truncated(np.full(4, 9)), NOTHING)
    codes.data[2, 5] ^= 4
    with pytest.raises(CorruptRecord, match=r"rows \[2\]"):
        codec.decode(codes, NOTHING)


def test_keys_spread_the_features_of_likeness_over_a_byte() -> None:
    keys = TABLE.keys_of(np.stack([LOW, HIGH, np.full_like(LOW, np.nan)]))
    assert keys.tolist() == [[0] * keys.shape[1], [255] * keys.shape[1], [0] * keys.shape[1]]

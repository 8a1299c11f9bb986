from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32, U8
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec import ScalarCodec
from freeagentics.memory.codec.checksum import crc16
from freeagentics.memory.features import FEATURES, HIGH, LOW

CODEC = ScalarCodec()
LEVEL = (HIGH - LOW) / (2 ** np.array([feature.bits for feature in FEATURES]) - 1 - (LOW < 0))
counts = st.integers(0, 6)
any_vectors = npst.arrays(np.float32, st.tuples(counts, st.just(len(FEATURES))), elements=st.floats(width=32))


@st.composite
def states_in_range(draw: st.DrawFn) -> F32:
    unit = draw(npst.arrays(np.float64, (draw(counts), len(FEATURES)), elements=st.floats(0, 1)))
    return (LOW + unit * (HIGH - LOW)).astype(np.float32)


def some_codes(count: int = 20) -> tuple[F32, U8]:
    vectors = (LOW + np.random.default_rng(1).random((count, len(FEATURES))) * (HIGH - LOW)).astype(np.float32)
    return vectors, CODEC.encode(vectors)


def bitwise_crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, one bit at a time."""
    crc = 0xFFFF
    for byte in data:
        for place in range(7, -1, -1):
            carry = (crc >> 15) ^ (byte >> place & 1)
            crc = (crc << 1 & 0xFFFF) ^ (0x1021 if carry else 0)
    return crc


@given(states_in_range())
def test_what_is_in_range_comes_back_within_half_a_level(vectors: F32) -> None:
    decoded = CODEC.decode(CODEC.encode(vectors))
    assert decoded.dtype == np.float32
    assert decoded.shape == vectors.shape
    # What float32 itself cannot hold of a value comes on top.
    assert (np.abs(decoded - vectors.astype(np.float64)) <= LEVEL / 2 + 1e-6 * np.maximum(np.abs(LOW), np.abs(HIGH))).all()


@given(any_vectors)
def test_anything_at_all_is_clipped_to_the_range(vectors: F32) -> None:
    decoded = CODEC.decode(CODEC.encode(vectors))
    clipped = np.where(np.isnan(vectors), LOW, np.clip(vectors, LOW, HIGH))
    assert (np.abs(decoded - clipped) <= LEVEL / 2 + 1e-6 * np.maximum(np.abs(LOW), np.abs(HIGH))).all()


@pytest.mark.parametrize(("value", "expected"), [(np.nan, LOW), (-np.inf, LOW), (-3e38, LOW), (np.inf, HIGH), (3e38, HIGH)])
def test_no_number_is_the_low_end_and_infinities_are_the_ends(value: float, expected: np.ndarray) -> None:
    decoded = CODEC.decode(CODEC.encode(np.full((1, len(FEATURES)), value, np.float32)))
    np.testing.assert_allclose(decoded[0], expected, atol=1e-6)


@given(any_vectors)
def test_what_was_decoded_encodes_to_the_same_code(vectors: F32) -> None:
    codes = CODEC.encode(vectors)
    assert CODEC.encode(CODEC.decode(codes)).tobytes() == codes.tobytes()


@given(any_vectors, st.integers(0, 300))
def test_a_code_does_not_depend_on_the_batch_it_was_made_in(vectors: F32, padding: int) -> None:
    codes = CODEC.encode(vectors)
    assert codes.shape == (len(vectors), CODEC.code_bytes)
    alone = [CODEC.encode(state[None]).tobytes() for state in vectors]
    padded = CODEC.encode(np.concatenate([vectors, np.zeros((padding, len(FEATURES)), np.float32)]))
    assert codes.tobytes() == b"".join(alone) == padded[: len(vectors)].tobytes()


def test_a_code_is_all_bits_packed_and_a_checksum() -> None:
    assert CODEC.code_bytes == -(-sum(feature.bits for feature in FEATURES) // 8) + 2
    assert CODEC.code_bytes <= 40


@given(st.integers(0, 19), st.integers(0, 8 * CODEC.code_bytes - 1))
def test_a_flipped_bit_anywhere_is_found_and_the_others_stay_readable(row: int, bit: int) -> None:
    _, codes = some_codes()
    expected = CODEC.decode(codes)
    codes[row, bit // 8] ^= 1 << bit % 8
    intact = CODEC.intact(codes)
    assert np.flatnonzero(~intact).tolist() == [row]
    with pytest.raises(CorruptRecord, match=rf"rows \[{row}\]"):
        CODEC.decode(codes)
    assert CODEC.decode(codes[intact]).tobytes() == np.delete(expected, row, axis=0).tobytes()


def test_the_first_damaged_rows_are_named() -> None:
    _, codes = some_codes()
    codes[[3, 7]] ^= 1
    with pytest.raises(CorruptRecord, match=r"rows \[3, 7\]"):
        CODEC.levels(codes)


@pytest.mark.parametrize("shape", [(4, 3), (4, CODEC.code_bytes + 1), (CODEC.code_bytes,)])
def test_codes_of_another_size_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(CorruptRecord, match="shape"):
        CODEC.decode(np.zeros(shape, np.uint8))


def test_the_known_checksum_of_the_standard() -> None:
    assert crc16(np.frombuffer(b"123456789", np.uint8)[None]).tolist() == [0x29B1]


@given(npst.arrays(np.uint8, st.tuples(st.integers(0, 5), st.integers(1, 40))))
def test_the_checksum_is_that_of_the_bitwise_algorithm(codes: U8) -> None:
    assert crc16(codes).tolist() == [bitwise_crc16(code.tobytes()) for code in codes]


def test_keys_spread_the_features_of_likeness_over_a_byte() -> None:
    recalled = np.array([feature.recall for feature in FEATURES])
    ends = CODEC.keys(CODEC.quantise(np.stack([LOW, HIGH]).astype(np.float32)))
    assert ends.shape == (2, CODEC.key_size)
    assert CODEC.key_size == recalled.sum()
    assert (ends[0] == 0).all()
    assert (ends[1] == 255).all()


@given(states_in_range())
def test_keys_are_the_states_within_a_level(vectors: F32) -> None:
    recalled = np.array([feature.recall for feature in FEATURES])
    unit = ((vectors - LOW) / (HIGH - LOW))[:, recalled]
    level = (LEVEL / (HIGH - LOW))[recalled]
    keys = CODEC.keys(CODEC.quantise(vectors))
    assert (np.abs(keys / 255 - unit) <= level / 2 + 1 / 255 + 1e-6).all()

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32
from freeagentics.errors import CorruptRecord
from freeagentics.memory import FEATURES
from freeagentics.memory.codec import BitsCodec, Codec, Codes, Float32Codec, Given, Int8Codec, ScalarCodec, keys_of

LOW = np.array([feature.low for feature in FEATURES], dtype=np.float32)
HIGH = np.array([feature.high for feature in FEATURES], dtype=np.float32)
NOTHING = Given(np.zeros((1, 0), np.float32))
any_states = npst.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(len(FEATURES))), elements=st.floats(width=32))
PLAIN = (Float32Codec(), Int8Codec(), BitsCodec())


def focus(states: F32) -> np.ndarray:
    return np.zeros(len(states), np.int64)


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
@given(any_states)
def test_codes_give_what_encoding_said_they_would(codec: Codec, states: F32) -> None:
    encoded = codec.encode(states, NOTHING, focus(states))
    assert codec.decode(encoded.codes, NOTHING).tobytes() == encoded.states.tobytes()
    again = codec.decode(Codes.of(encoded.codes.each()), NOTHING)
    assert again.tobytes() == encoded.states.tobytes()


@pytest.mark.parametrize(("codec", "levels"), [(Float32Codec(), 2**23), (Int8Codec(), 255)], ids=["float32", "int8"])
@given(any_states)
def test_values_come_back_within_half_a_level(codec: Codec, levels: int, states: F32) -> None:
    clipped = np.where(np.isnan(states), LOW, np.clip(states, LOW, HIGH))
    decoded = codec.encode(states, NOTHING, focus(states)).states
    assert (np.abs(decoded - clipped) <= (HIGH - LOW) / levels * 0.51 + 1e-6 * np.abs(clipped)).all()


@given(any_states)
def test_the_scalar_codec_keeps_the_levels_of_its_first_version(states: F32) -> None:
    old = ScalarCodec()
    assert BitsCodec().encode(states, NOTHING, focus(states)).states.tobytes() == old.decode(old.encode(states)).tobytes()


@pytest.mark.parametrize("codec", PLAIN, ids=lambda codec: codec.name)
def test_damaged_and_shortened_codes_are_refused(codec: Codec) -> None:
    states = np.random.default_rng(0).random((4, len(FEATURES))).astype(np.float32)
    codes = codec.encode(states, NOTHING, focus(states)).codes
    with pytest.raises(CorruptRecord, match="bytes long"):
        codec.decode(codes.shortened(np.full(4, 9)), NOTHING)
    codes.data[2, 5] ^= 4
    with pytest.raises(CorruptRecord, match=r"rows \[2\]"):
        codec.decode(codes, NOTHING)


def test_keys_spread_the_features_of_likeness_over_a_byte() -> None:
    keys = keys_of(np.stack([LOW, HIGH, np.full_like(LOW, np.nan)]))
    assert keys.tolist() == [[0] * keys.shape[1], [255] * keys.shape[1], [0] * keys.shape[1]]

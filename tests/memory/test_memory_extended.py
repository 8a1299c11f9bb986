"""Features of a role's own beside the 48 of all, whatever codec those have."""

from __future__ import annotations

import numpy as np
import pytest
from codec_samples import lived
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32
from freeagentics.errors import CorruptRecord
from freeagentics.memory import FEATURES, TABLE, Feature, FeatureTable
from freeagentics.memory.codec import CODECS, Codec, Codes, SideInformation, extended, open_codec

OWN = (Feature("gap", -5, 5), Feature("held", 0, 63, bits=6), Feature("hidden", 0, 1, bits=1, recall=False))
MINE = FeatureTable(OWN)
ROLE = "risk-manager"
own_values = npst.arrays(np.float32, st.tuples(st.integers(0, 4), st.just(len(OWN))), elements=st.floats(width=32))


def of_both(name: str) -> tuple[Codec, Codec]:
    """The codec of a name for a role that has one, and the same beside features of its own."""
    base = open_codec(name, ROLE, lived(ROLE).columns)
    return base, extended(base, OWN)


def sample(own: F32) -> tuple[F32, SideInformation, np.ndarray]:
    role, rows = lived(ROLE), np.arange(len(own))
    vectors = np.concatenate([role.vectors[: len(own)], own], axis=1)
    return vectors, role.side_information.rows(rows), role.focus[: len(own)]


@pytest.mark.parametrize("name", CODECS)
@given(own_values)
def test_codes_give_what_encoding_said_they_would_and_the_48_as_without(name: str, own: F32) -> None:
    base, codec = of_both(name)
    vectors, side_information, focus = sample(own)
    encoded = codec.encode(vectors, side_information, focus)
    decoded = codec.decode(Codes.from_list(encoded.codes.to_list()), side_information)
    assert decoded.tobytes() == encoded.vectors.tobytes()
    alone = base.encode(vectors[:, : len(FEATURES)], side_information, focus)
    assert decoded[:, : len(FEATURES)].tobytes() == alone.vectors.tobytes()
    assert (codec.name, codec.version, codec.shares) == (base.name, base.version, base.shares)


@pytest.mark.parametrize(("name", "share"), [("float32", 1e-7), ("int8", 1 / 508), ("scalar", 1 / 508), ("autoregressive", 1 / 508)])
@given(own_values)
def test_they_come_back_within_half_a_level_of_their_range(name: str, share: float, own: F32) -> None:
    decoded = of_both(name)[1].encode(*sample(own)).vectors[:, len(FEATURES) :]
    bits = np.array([8, 8, 8] if name == "int8" else [feature.bits for feature in OWN])
    level = np.where(bits == 8, share, 0.5 / (2.0**bits - 1)) if name != "float32" else share
    width = (MINE.high - MINE.low)[len(FEATURES) :]
    clipped = MINE.clipped(np.pad(own, ((0, 0), (len(FEATURES), 0))))[:, len(FEATURES) :]
    assert (np.abs(decoded - clipped) <= 1.02 * level * width + 1e-6).all()


@pytest.mark.parametrize(("name", "more"), [("float32", 12), ("int8", 3), ("scalar", 2), ("autoregressive", 2)])
def test_they_make_a_code_longer_by_their_own_bytes_and_no_more(name: str, more: int) -> None:
    base, codec = of_both(name)
    vectors, side_information, focus = sample(np.zeros((3, len(OWN)), np.float32))
    alone = base.encode(vectors[:, : len(FEATURES)], side_information, focus).codes.length
    assert (codec.encode(vectors, side_information, focus).codes.length == alone + more).all()
    assert codec.bits(vectors, side_information, focus).shape == (len(MINE),)


@pytest.mark.parametrize("name", CODECS)
def test_damage_is_found_and_a_code_without_them_is_none(name: str) -> None:
    codec = of_both(name)[1]
    vectors, side_information, focus = sample(np.ones((3, len(OWN)), np.float32))
    codes = codec.encode(vectors, side_information, focus).codes
    with pytest.raises(CorruptRecord, match="whose role has features of its own"):
        codec.decode(codes.truncated(np.full(3, 2)), side_information)
    codes.data[1, 1] ^= 8
    with pytest.raises(CorruptRecord, match=r"rows \[1\]"):
        codec.decode(codes, side_information)


def test_a_role_without_any_has_the_codec_as_it_is() -> None:
    base = of_both("autoregressive")[0]
    assert extended(base, ()) is base


def test_keys_have_those_that_are_to_be_recalled_by_after_those_of_all() -> None:
    assert MINE.key_size == TABLE.key_size + 2
    low, high = MINE.keys_of(np.stack([MINE.low, MINE.high]))
    assert low.tolist() == [0] * MINE.key_size and high.tolist() == [255] * MINE.key_size
    vectors = lived(ROLE).vectors[:5]
    keys = MINE.keys_of(np.pad(vectors, ((0, 0), (0, len(OWN)))))
    assert (keys[:, : TABLE.key_size] == TABLE.keys_of(vectors)).all()

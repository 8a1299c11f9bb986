from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from codec_samples import ROLES, CollectedRun, lived
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32
from freeagentics.errors import CorruptRecord
from freeagentics.memory import FEATURES, column
from freeagentics.memory.codec import DESK, AutoregressiveCodec, Codes, SideInformation
from freeagentics.memory.codec.training.plan import BOUNDS
from freeagentics.memory.codec.training.tables import deviations, filled_groups
from freeagentics.memory.features import HIGH_32 as HIGH
from freeagentics.memory.features import LOW_32 as LOW

any_vectors = npst.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(len(FEATURES))), elements=st.floats(width=32))


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> CollectedRun:
    return lived(request.param)


def shown(name: str, count: int, seed: int = 0) -> SideInformation:
    """What one experience of a role is coded given, for so many."""
    some = lived(name).side_information.rows(np.full(count, np.random.default_rng(seed).integers(0, 300)))
    return SideInformation(some.values[0] if count else lived(name).side_information.values[0], some.book)


def test_decoding_gives_bit_for_bit_what_encoding_said_it_would(role: CollectedRun) -> None:
    encoded = role.codec.encode(role.vectors, role.side_information, role.focus)
    assert role.codec.decode(encoded.codes, role.side_information).tobytes() == encoded.vectors.tobytes()


def test_a_memory_decodes_alone_given_its_observation(role: CollectedRun) -> None:
    encoded = role.codec.encode(role.vectors, role.side_information, role.focus)
    for row in range(0, len(role.vectors), 37):
        alone = role.codec.decode(Codes.from_list([encoded.codes.to_list()[row]]), role.side_information.rows(np.array([row])))
        assert alone[0].tobytes() == encoded.vectors[row].tobytes()


def test_a_code_does_not_depend_on_its_batch(role: CollectedRun) -> None:
    together = role.codec.encode(role.vectors, role.side_information, role.focus).codes.to_list()
    half = len(role.vectors) // 2
    parts = []
    for part in (slice(half), slice(half, None)):
        parts += role.codec.encode(role.vectors[part], role.side_information.rows(part), role.focus[part]).codes.to_list()
    assert together == parts


def test_errors_keep_the_bounds_of_every_group(role: CollectedRun) -> None:
    weights = role.codec.weights
    decoded = role.codec.encode(role.vectors, role.side_information, role.focus).vectors
    square = np.square((decoded - np.clip(role.vectors, LOW, HIGH)) / deviations(weights)).mean(axis=0)
    for group, features in filled_groups(weights).items():
        assert np.sqrt(square[features].mean()) <= BOUNDS[group]


@pytest.mark.parametrize("of", [name for name in ROLES if name != DESK])
def test_what_the_market_showed_comes_back_as_it_was(of: str) -> None:
    role = lived(of)
    decoded = role.codec.encode(role.vectors, role.side_information, role.focus).vectors
    step = 1 / role.codec.weights.scale
    for name in ("return_1", "trend", "volatility_ratio"):
        place = column(name)
        assert (np.abs(decoded - np.clip(role.vectors, LOW, HIGH))[:, place] <= 0.51 * step[place]).all()


def test_a_code_is_a_small_part_of_a_byte_a_feature(role: CollectedRun) -> None:
    codes = role.codec.encode(role.vectors, role.side_information, role.focus).codes
    assert len(codes.to_bytes()) / len(codes) < len(FEATURES) / 3


@settings(deadline=None)
@given(any_vectors, st.sampled_from(ROLES), st.integers(0, 9))
def test_anything_at_all_is_coded(vectors: F32, name: str, seed: int) -> None:
    codec, around = lived(name).codec, shown(name, len(vectors), seed)
    encoded = codec.encode(vectors, around, np.zeros(len(vectors), np.int64))
    assert codec.decode(encoded.codes, around).tobytes() == encoded.vectors.tobytes()
    assert ((encoded.vectors >= LOW) & (encoded.vectors <= HIGH)).all()


@settings(deadline=None)
@given(st.sampled_from(ROLES), st.integers(0, 2**32))
def test_even_states_that_no_agent_has_come_back_near(name: str, seed: int) -> None:
    vectors = np.random.default_rng(seed).uniform(LOW, HIGH, (4, len(FEATURES))).astype(np.float32)
    whole = [feature.name for feature in FEATURES].index("read_whales")
    vectors[:, whole:] = np.rint(vectors[:, whole:])
    codec = lived(name).codec
    decoded = codec.encode(vectors, shown(name, 4), np.zeros(4, np.int64)).vectors
    step = codec.weights.step / codec.weights.scale
    assert (np.abs(decoded - vectors) <= 1.6 * step + (HIGH - LOW) / 250).all()


@settings(deadline=None)
@given(st.integers(2, 12), st.integers(0, 100))
def test_the_asset_in_focus_is_part_of_the_code(assets: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    one = lived("market-hunter")
    among = one.side_information.values
    around = SideInformation(among[random.integers(0, len(among), assets), 0], one.side_information.rows(slice(20)).book)
    focus = random.integers(0, assets, 20)
    encoded = one.codec.encode(one.vectors[:20], around, focus)
    assert one.codec.decode(encoded.codes, around).tobytes() == encoded.vectors.tobytes()


def test_a_market_without_some_columns_shows_zeros_in_them() -> None:
    one = lived("market-hunter")
    kept = [place for place, name in enumerate(one.columns) if not name.startswith("whales")]
    codec = AutoregressiveCodec(one.codec.weights, [one.columns[place] for place in kept])
    values = one.side_information.values.copy()
    values[:, :, [place for place in range(values.shape[2]) if place not in kept]] = 0
    less = codec.encode(one.vectors, SideInformation(values[:, :, kept], one.side_information.book), one.focus)
    assert (
        less.codes.to_list() == one.codec.encode(one.vectors, SideInformation(values, one.side_information.book), one.focus).codes.to_list()
    )


def test_half_a_code_still_decodes_and_the_mean_error_grows_with_the_cut(role: CollectedRun) -> None:
    codes = role.codec.encode(role.vectors, role.side_information, role.focus).codes
    weight = 1 / deviations(role.codec.weights)
    truth = np.clip(role.vectors, LOW, HIGH)
    errors = []
    for kept in np.linspace(0, 1, 9):
        short = codes.truncated(np.ceil(1 + kept * (codes.length - 1)).astype(np.int64))
        errors.append(float(np.square((role.codec.decode(short, role.side_information) - truth) * weight).mean()))
    # What a cut leaves out is replaced by what is likely, which may happen to be nearer.
    assert all(longer <= 1.05 * shorter for shorter, longer in pairwise(errors))
    assert errors[4] < 0.9 * errors[0]


@settings(deadline=None)
@given(st.sampled_from(ROLES), st.integers(0, 10**6))
def test_a_flipped_bit_is_found_and_the_others_stay_readable(name: str, bit: int) -> None:
    one = lived(name)
    around = one.side_information.rows(slice(6))
    encoded = one.codec.encode(one.vectors[:6], around, one.focus[:6])
    concatenated = bytearray(encoded.codes.concatenated())
    bit %= 8 * len(concatenated)
    concatenated[bit // 8] ^= 1 << bit % 8
    row = int(np.searchsorted(np.cumsum(encoded.codes.length), bit // 8, side="right"))
    damaged = Codes.from_concatenated(bytes(concatenated), encoded.codes.length)
    with pytest.raises(CorruptRecord, match=rf"rows \[{row}\]"):
        one.codec.decode(damaged, around)
    others = np.arange(6) != row
    assert one.codec.decode(damaged.rows(others), around.rows(others)).tobytes() == encoded.vectors[others].tobytes()


def test_a_hundred_thousand_random_inputs_raise_nothing_else_and_allocate_nothing_large() -> None:
    random = np.random.default_rng(12)
    codec, around = lived("trade-executor").codec, shown("trade-executor", 1000)
    readable = 0
    tracemalloc.start()
    try:
        for _ in range(100):
            length = random.integers(0, 25, 1000)
            data = random.integers(0, 256, (1000, 25), dtype=np.uint8)
            codes = Codes(np.where(np.arange(25) < length[:, None], data, 0).astype(np.uint8), length)
            with pytest.raises(CorruptRecord):
                codec.decode(codes, around)
            vectors = codec.decode(codes.rows(codes.intact), around.rows(slice(int(codes.intact.sum()))))
            readable += len(vectors)
            assert np.isfinite(vectors).all()
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    # By chance every 256th stage_passes the checksum; and so do codes of one byte that is the checksum of nothing.
    assert 100 < readable < 2000


def test_two_threads_share_a_codec(role: CollectedRun) -> None:
    from concurrent.futures import ThreadPoolExecutor

    expected = role.codec.encode(role.vectors, role.side_information, role.focus).codes.to_list()
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: role.codec.encode(role.vectors, role.side_information, role.focus).codes.to_list(), range(6)):
            assert found == expected

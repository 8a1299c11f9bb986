from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32
from freeagentics.memory import FEATURES
from freeagentics.memory.codec.adapters import Adapters

FEATURE_COUNT = len(FEATURES)
WEIGHT = np.linspace(0.3, 1, FEATURE_COUNT).astype(np.float32)


def lived(rows: int, count: int, seed: int) -> tuple[F32, F32]:
    """First and later experiences (rows, count, features) of agents, each with a bias and two habits of its own."""
    own = np.random.default_rng(1)
    bias, habits = own.normal(0, 0.5, (rows, 1, FEATURE_COUNT)), own.normal(0, 1, (rows, 2, FEATURE_COUNT))
    random = np.random.default_rng(seed)
    left = bias + random.normal(0, 1, (rows, 2 * count, 2)) @ habits + random.normal(0, 0.05, (rows, 2 * count, FEATURE_COUNT))
    return left[:, :count].astype(np.float32), left[:, count:].astype(np.float32)


def test_an_agents_own_later_experiences_come_back_better_with_its_adapter() -> None:
    first, later = lived(16, 40, seed=2)
    adapters = Adapters(16, WEIGHT)
    adapters.fit(np.arange(16), first)
    for moment in range(later.shape[1]):
        left = later[:, moment]
        without, with_it = np.abs(left).mean(axis=1), np.abs(left - adapters.decode(adapters.encode(left))).mean(axis=1)
        assert (with_it < 0.5 * without).all()


def test_another_agents_adapter_does_not_help_as_much() -> None:
    first, later = lived(8, 40, seed=3)
    adapters = Adapters(8, WEIGHT)
    adapters.fit(np.arange(8), first)
    own = np.abs(later[:, 0] - adapters.decode(adapters.encode(later[:, 0]))).mean()
    wrong = np.roll(later[:, 0], 1, axis=0)
    assert own < 0.5 * np.abs(wrong - adapters.decode(adapters.encode(wrong))).mean()


def test_an_adapter_is_a_few_hundred_bytes() -> None:
    assert Adapters(4, WEIGHT).bytes_per_agent <= 300


def test_an_adapter_has_a_centre_and_two_directions_of_two_bytes_a_number_unless_told_otherwise() -> None:
    assert Adapters(3, np.ones(48, np.float32)).bytes_per_agent == 2 * 48 * (1 + 2) + 2


def test_a_row_does_not_depend_on_the_others() -> None:
    first, later = lived(6, 10, seed=4)
    together, alone = Adapters(6, WEIGHT), Adapters(1, WEIGHT)
    together.fit(np.arange(6), first)
    alone.fit(np.array([0]), first[3:4])
    expected = together.decode(together.encode(later[:, 0]))[3]
    assert alone.decode(alone.encode(later[3:4, 0]))[0].tobytes() == expected.tobytes()


def test_few_experiences_fit_what_they_can() -> None:
    adapters = Adapters(3, WEIGHT, rank=2)
    one = np.full((1, 1, FEATURE_COUNT), 0.25, np.float32)
    adapters.fit(np.array([1]), one)
    expected = np.zeros((3, FEATURE_COUNT), np.float32)
    expected[1] = 0.25
    np.testing.assert_allclose(adapters.decode(adapters.encode(np.tile(one[0], (3, 1)))), expected, atol=1e-3)
    assert adapters.version.tolist() == [0, 1, 0]


def test_a_row_that_cannot_be_fitted_goes_back_to_the_trunk_and_no_other_notices() -> None:
    first, later = lived(4, 10, seed=6)
    sound, hurt = Adapters(4, WEIGHT), Adapters(4, WEIGHT)
    for adapters in (sound, hurt):
        adapters.fit(np.arange(4), first)
    sound.fit(np.arange(4), later)
    later[2, 5, 7] = np.nan
    hurt.fit(np.arange(4), later)
    others = [0, 1, 3]
    for name in ("center", "basis", "version"):
        assert getattr(hurt, name)[others].tobytes() == getattr(sound, name)[others].tobytes()
        assert not getattr(hurt, name)[2].any()


def test_a_damaged_adapter_leaves_the_trunk_alone() -> None:
    first, later = lived(4, 10, seed=7)
    sound, hurt = Adapters(4, WEIGHT), Adapters(4, WEIGHT)
    for adapters in (sound, hurt):
        adapters.fit(np.arange(4), first)
    hurt.basis[1, 3, 0] = np.nan
    expected = sound.decode(sound.encode(later[:, 0]))
    expected[1] = 0
    assert hurt.decode(hurt.encode(later[:, 0])).tobytes() == expected.tobytes()


def test_adapters_are_state_and_are_forgotten_with_their_agent() -> None:
    first, later = lived(4, 10, seed=5)
    adapters, other = Adapters(4, WEIGHT), Adapters(4, WEIGHT)
    adapters.fit(np.arange(4), first)
    other.load(adapters.state())
    assert other.encode(later[:, 0]).tobytes() == adapters.encode(later[:, 0]).tobytes()
    adapters.forget(np.array([2]))
    assert not adapters.decode(adapters.encode(later[:, 0]))[2].any()
    assert adapters.decode(adapters.encode(later[:, 0]))[1].any()

"""The trunk: typical evidence of many agents, within what the honest say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.arrays import F32
from freeagentics.mind import trunk_of
from freeagentics.mind.trunk import LOUDEST, TRIMMED

NOISE = np.full((1, 2), 50, dtype=np.float32)


def evidence(slopes: F32, information: float = 10.0) -> tuple[F32, F32]:
    known = np.full(slopes.shape, information, dtype=np.float32)
    return known, known * slopes


def drawn(agents: int, seed: int = 1, components: int = 200) -> F32:
    """Slopes that differ as chance has it, with an information of 10."""
    return (0.5 + np.random.default_rng(seed).standard_normal((agents, components)) / np.sqrt(10)).astype(np.float32)


def trunk(information: F32, moment: F32) -> tuple[F32, F32]:
    return trunk_of(information, moment, np.repeat(NOISE, len(information), axis=0))


@pytest.mark.parametrize("agents", [5, 10, 20, 100])
def test_of_agents_that_differ_by_chance_the_trunk_knows_nearly_as_much_as_all_the_others(agents: int) -> None:
    known, told = trunk(*evidence(drawn(agents)))
    assert 0.2 * 10 * (agents - 1) < np.median(known) <= 10.01 * (agents - 1)
    # The standard error of a mean of their slopes, four times.
    there = known > 0
    assert there.mean() > 0.8
    np.testing.assert_allclose(told[there] / known[there], drawn(agents).mean(axis=0)[there], atol=4 / np.sqrt(10 * agents))


def test_of_agents_that_saw_the_same_or_are_of_two_kinds_it_adds_nothing() -> None:
    assert not trunk(*evidence(np.repeat(drawn(1), 20, axis=0)))[0].any()
    kinds = drawn(20)
    kinds[::2, 7] += 5
    known, _ = trunk(*evidence(kinds))
    assert known[7] == 0 < known[6]


@pytest.mark.parametrize(("agents", "some"), [(0, False), (1, False), (2, False), (3, True)])
def test_two_agents_have_no_trunk(agents: int, some: bool) -> None:
    known, told = trunk(*evidence(drawn(agents)))
    assert known.any() == told.any() == some


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), agents=st.integers(3, 24), lie=st.floats(width=32), loud=st.floats(0, width=32))
def test_whatever_as_many_as_are_trimmed_say_slopes_lie_within_the_range_of_the_others(
    seed: int, agents: int, lie: float, loud: float
) -> None:
    slopes = drawn(agents, seed, 5)
    information, moment = evidence(slopes)
    liars = -(-agents // TRIMMED)
    information[:liars], moment[:liars] = np.float32(loud), np.float32(lie)
    known, told = trunk(information, moment)
    assert np.isfinite(known).all() and np.isfinite(told).all()
    assert (known <= 10 * agents).all()
    there, honest = known > 0, slopes[liars:]
    slope = told[there] / known[there]
    assert (slope >= honest.min(axis=0)[there] - 1e-4).all()
    assert (slope <= honest.max(axis=0)[there] + 1e-4).all()


def test_who_has_seen_more_counts_more_up_to_twice_the_typical() -> None:
    slopes = np.repeat(np.array([-0.2, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], dtype=np.float32)[:, None], 40, axis=1)
    information = np.full(slopes.shape, 10, dtype=np.float32)
    plain = trunk(information, information * slopes)
    information[5] = 1e6
    loud = trunk(information, information * slopes)
    weights = np.array([1, 1, 1, 1, LOUDEST, 1])
    np.testing.assert_allclose(loud[1] / loud[0], np.average(slopes[1:7, 0], weights=weights), rtol=1e-4)
    np.testing.assert_allclose(plain[1] / plain[0], slopes[1:7, 0].mean(), rtol=1e-4)

"""The sequence index: stretches of the past that went as the last bars did, and how likely chance is to have made them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import F32, F64
from freeagentics.memory import SequenceIndex
from freeagentics.memory.sequences import EPISODES, LOUD, STEPS_A_DEVIATION, STILL, chances_of_likeness

LENGTH, HORIZON = 6, 4


def filled(moves: F32, capacity: int = 4096, likeness: float = 0.8) -> SequenceIndex:
    """An index of moves (T, A) of steps 0 to T - 1; what followed each step is its number."""
    index = SequenceIndex(moves.shape[1], capacity, length=LENGTH, horizon=HORIZON, likeness=likeness)
    for step, move in enumerate(moves):
        index.remember(move, step)
        if step >= HORIZON:
            index.attach_results(step - HORIZON, np.full(moves.shape[1], step - HORIZON, dtype=np.float32))
    return index


def noise(steps: int, assets: int = 1, seed: int = 1) -> F32:
    return np.random.default_rng(seed).standard_normal((steps, assets)).astype(np.float32)


def with_motif(moves: F32, ends: list[int], scale: float = 1.0) -> F32:
    """Moves where the same motif ends at each of *ends*."""
    motif = np.random.default_rng(9).standard_normal(LENGTH).astype(np.float32) * np.float32(2.5)
    for number, end in enumerate(ends):
        moves[end + 1 - LENGTH : end + 1, 0] = motif * np.float32(scale if number else 1.0)
    return moves


def test_a_motif_is_found_again_after_a_thousand_steps_and_what_followed_it() -> None:
    moves = with_motif(noise(1200), [100, 1199])
    found = filled(moves).find(1199)
    assert found.step[0, found.cosine[0].argmax()] == 100
    assert found.result[0, found.cosine[0].argmax()] == 100
    assert found.cosine[0].max() > 0.99
    assert found.chance[0, found.cosine[0].argmax()] < 0.01


@given(scale=st.floats(0.5, 2.0))
def test_it_does_not_matter_how_large_the_moves_are(scale: float) -> None:
    found = filled(with_motif(noise(300), [100, 299], scale)).find(299)
    assert found.cosine[0].max() > 0.98


def test_what_is_kept_no_longer_is_not_found() -> None:
    moves = with_motif(noise(400), [100, 399])
    assert 100 in filled(moves, capacity=400).find(399).step
    assert 100 not in filled(moves, capacity=256).find(399).step


def test_a_stretch_whose_outcome_is_not_known_yet_is_not_found() -> None:
    moves = with_motif(noise(300), [299 - HORIZON + 1, 299])
    assert filled(moves).find(299).step.max() <= 299 - HORIZON


def test_quiet_stretches_are_not_compared() -> None:
    found = filled(with_motif(noise(300), [100, 299]) * np.float32(0.1)).find(299)
    assert (found.step == -1).all()


@given(seed=st.integers(0, 50), capacity=st.integers(LENGTH + HORIZON, 300))
def test_it_finds_what_a_search_by_hand_finds(seed: int, capacity: int) -> None:
    moves = np.clip(noise(250, 2, seed) * np.float32(1.5), -4, 4)
    index = filled(moves, capacity, likeness=0.6)
    found, steps = index.find(249), range(max(LENGTH - 1, 249 - capacity + LENGTH), 249 - HORIZON + 1)
    for asset in range(2):
        whole = np.clip(np.rint(moves[:, asset] * np.float32(STEPS_A_DEVIATION)), -STILL, STILL - 1).astype(np.float64)
        cosine = {step: by_hand(whole, step) for step in steps}
        assert {step for step in found.step[asset].tolist() if step >= 0} == episodes(cosine, 0.6)


def by_hand(moves: F64, end: int) -> float:
    """Cosine of the stretch that ends at *end* with the last one; 0 where either is quiet."""
    then, now = moves[end + 1 - LENGTH : end + 1], moves[-LENGTH:]
    quiet = min(then @ then, now @ now) < LENGTH * (LOUD * STEPS_A_DEVIATION) ** 2
    return 0.0 if quiet else float(np.float32(then @ now / np.sqrt((then @ then) * (now @ now))))


def episodes(cosine: dict[int, float], likeness: float) -> set[int]:
    """The most alike of each episode, from the latest on."""
    kept: list[int] = []
    for step in sorted(cosine, reverse=True):
        if cosine[step] < np.float32(likeness):
            continue
        if kept and kept[-1] - step < HORIZON:
            kept[-1] = max(kept[-1], step, key=lambda end: (cosine[end], end))
        elif len(kept) < EPISODES:
            kept.append(step)
        else:
            break
    return set(kept)


@pytest.mark.parametrize("dimensions", [3, 6, 12])
def test_the_chance_of_likeness_is_that_of_directions_drawn_at_random(dimensions: int) -> None:
    drawn = np.random.default_rng(5).standard_normal((200_000, dimensions))
    cosine = drawn[:, 0] / np.linalg.norm(drawn, axis=1)
    chances = chances_of_likeness(dimensions)
    for place in (0, 256, 512, 768):
        seen = (cosine >= place / 1024).mean()
        assert abs(seen - chances[place]) < 4 * np.sqrt(chances[place] / len(cosine))

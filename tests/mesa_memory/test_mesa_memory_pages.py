"""Pages of states and memories come back as they went, as finely as their lattice has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.journal import pack_arrays, unpack_arrays
from freeagentics.mesa_memory.lattice import Lattice
from freeagentics.mesa_memory.memory_page import Experiences, decode_experiences, encode_experiences
from freeagentics.mesa_memory.state_page import States, decode_states, encode_states

members = st.sets(st.integers(1, 40), min_size=1, max_size=12)


@st.composite
def pages(draw: st.DrawFn) -> list[States]:
    """Steps whose agents come and go; a whole column, a real one, and one where something is missing."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = []
    for step, agents in enumerate(draw(st.lists(members, min_size=1, max_size=6)), start=3):
        values = np.stack(
            [random.integers(-5, 500, len(agents)), random.normal(3, 40, len(agents)), random.random(len(agents))], axis=1
        ).astype(float)
        values[random.random(len(agents)) < 0.3, 2] = np.nan
        steps.append(States(step, step + 0.5, np.array(sorted(agents)), values))
    return steps


def written(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return unpack_arrays(pack_arrays(arrays))


@given(pages())
def test_states_come_back_with_whole_numbers_exact(steps: list[States]) -> None:
    lattice = Lattice(3)
    found = list(decode_states(written(encode_states(steps, lattice))))
    assert [(one.step, one.time, one.agents.tolist()) for one in found] == [(one.step, one.time, one.agents.tolist()) for one in steps]
    for one, was in zip(found, steps, strict=True):
        np.testing.assert_array_equal(one.values[:, 0], was.values[:, 0])
        np.testing.assert_array_equal(np.isnan(one.values), np.isnan(was.values))
        assert (
            np.abs(one.values - was.values)[~np.isnan(was.values)]
            <= (np.broadcast_to(lattice.unit, was.values.shape) / 2)[~np.isnan(was.values)] + 1e-12
        ).all()


@given(pages())
def test_memories_come_back_agent_by_agent(steps: list[States]) -> None:
    made = Experiences.joined(
        [
            Experiences(
                one.agents,
                np.full(len(one.agents), one.step),
                np.full(len(one.agents), one.step),
                np.full(len(one.agents), one.time),
                (one.agents % 3).astype(np.uint16),
                (one.agents % 2).astype(np.uint16),
                one.values[:, 2].astype(np.float32),
                one.values,
            )
            for one in steps
        ]
    )
    found = decode_experiences(written(encode_experiences(made, Lattice(3))))
    was = made.take(np.lexsort([made.sequence, made.agents]))
    for name in ("agents", "sequence", "step", "time", "action", "tags", "outcome"):
        np.testing.assert_array_equal(getattr(found, name), getattr(was, name))
    np.testing.assert_array_equal(found.values[:, 0], was.values[:, 0])


def test_errors_of_real_numbers_are_at_most_a_thousandth_of_the_range_that_was_seen_first() -> None:
    random = np.random.default_rng(1)
    steps = [States(step, step, np.arange(1, 200), random.normal(size=(199, 1))) for step in range(16)]
    found = np.concatenate([one.values for one in decode_states(encode_states(steps, Lattice(1)))])
    was = np.concatenate([one.values for one in steps])
    assert np.abs(found - was).max() <= np.ptp(was) / 4096 * 1.01


def test_a_walk_takes_fewer_bytes_than_float32_by_far() -> None:
    random = np.random.default_rng(1)
    walk = random.integers(-1, 2, (16, 1000, 2)).cumsum(axis=0).astype(float) + random.integers(0, 50, (1000, 2))
    page = pack_arrays(encode_states([States(step, step, np.arange(1, 1001), values) for step, values in enumerate(walk)], Lattice(2)))
    assert len(page) / (16 * 1000) < 8 / 8


def test_numbers_drawn_afresh_are_predicted_by_the_mean_of_all() -> None:
    random = np.random.default_rng(1)
    values = random.integers(0, 5, (16, 500, 1)).astype(float)
    arrays = encode_states([States(step, step, np.arange(1, 501), one) for step, one in enumerate(values)], Lattice(1))
    assert arrays["means"].tolist() == [True]
    kept = values.cumsum(axis=0)
    arrays = encode_states([States(step, step, np.arange(1, 501), one) for step, one in enumerate(kept)], Lattice(1))
    assert arrays["means"].tolist() == [False]


@pytest.mark.parametrize("name", ["step", "unit", "first", "column0", "came_count"])
def test_a_page_whose_arrays_do_not_belong_together_is_damage(name: str) -> None:
    steps = [States(step, step, np.arange(1, 9), np.ones((8, 2))) for step in range(3)]
    arrays = encode_states(steps, Lattice(2))
    with pytest.raises(CorruptRecord, match="do not belong together"):
        list(decode_states({key: array[:-1] if key == name else array for key, array in arrays.items()}))
    with pytest.raises(CorruptRecord, match="do not belong together"):
        list(decode_states({key: array for key, array in arrays.items() if key != name}))

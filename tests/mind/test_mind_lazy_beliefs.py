from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.mind import LazyBeliefArray
from freeagentics.runtime import deep_size


def grid(zeros: float = 0.95, shape: tuple[int, ...] = (100, 100), seed: int = 1) -> AnyArray:
    random = np.random.default_rng(seed)
    belief = np.zeros(shape, np.float32)
    filled = random.permutation(belief.size)[: round(belief.size * (1 - zeros))]
    belief.reshape(-1)[filled] = random.uniform(0.1, 1, len(filled))
    return belief


def both(zeros: float = 0.95) -> tuple[LazyBeliefArray, AnyArray]:
    """A lazy array and a plain one that hold the same."""
    plain = grid(zeros)
    return LazyBeliefArray.holding(plain), plain


def same(lazy: Any, plain: Any) -> bool:
    one, other = np.asarray(lazy), np.asarray(plain)
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def test_a_new_belief_is_all_zeros_and_takes_almost_nothing() -> None:
    beliefs = LazyBeliefArray((1000, 1000))
    assert (beliefs.shape, str(beliefs.dtype), beliefs.ndim, beliefs.size, len(beliefs)) == ((1000, 1000), "float32", 2, 1_000_000, 1000)
    assert beliefs.sparse is not None
    assert beliefs.sum() == 0
    assert deep_size([beliefs]).total < 600


def test_a_hundred_by_a_hundred_of_which_a_twentieth_is_not_zero_takes_less_than_three_kilobytes_all_told() -> None:
    beliefs, plain = both()
    assert deep_size([beliefs]).total <= 3 * 1024
    assert same(beliefs, plain)


@pytest.mark.parametrize("zeros", [0.5, 0.95])
def test_its_own_figure_of_its_footprint_is_that_of_a_walk_over_all_it_holds(zeros: float) -> None:
    beliefs, _ = both(zeros)
    walked = deep_size([beliefs]).total
    shared_by_all = 200  # the type and the form's name
    assert walked - shared_by_all <= beliefs.memory_usage() * 1024 * 1024 <= walked


STEPS: list[Callable[[Any], object]] = [
    lambda b: b.__iadd__(0.5),
    lambda b: b.__imul__(0.25),
    lambda b: b.__isub__(b),
    lambda b: b.__itruediv__(np.float32(3)),
    lambda b: b.__setitem__((3, 4), 7),
    lambda b: b.__setitem__(0, b[1] * 2),
    lambda b: b.__setitem__(slice(None), 0),
    lambda b: b.__setitem__(b[:] > 0.5, 0),
    lambda b: b[5].__iadd__(1),
    lambda b: b.reshape(-1).__setitem__(slice(10, 20), 3),
    lambda b: b.T.__setitem__(2, 1),
    lambda b: b.fill(0),
    lambda b: b.sort(axis=0),
    lambda b: np.add(b, 1, out=b),
    lambda b: np.maximum(b, 0.1, out=b),
    lambda b: np.add.at(b, ([0, 0], [0, 0]), 1),
    lambda b: np.copyto(b, 2),
    lambda b: np.fill_diagonal(b, 9),
    lambda b: np.clip(b, 0.2, 0.8, out=b),
    lambda b: np.multiply(b, 2, out=b, where=np.eye(100, dtype=np.bool_)),
]
READINGS: list[Callable[[Any], Any]] = [
    lambda b: b.sum(),
    lambda b: b.mean(axis=1),
    lambda b: b.argmax(),
    lambda b: np.max(b, axis=0),
    lambda b: np.stack([b, b]),
    lambda b: np.dot(b, b),
    lambda b: b @ b[0],
    lambda b: np.eye(100, dtype=np.float32) @ b,
    lambda b: 2 * b - b / 3,
    lambda b: -b,
    lambda b: b > 0.5,
    lambda b: b[3, 4],
    lambda b: b[-1, -100],
    lambda b: b[[1, 2], [3, 4]],
    lambda b: b[np.array([[5], [-6]]), np.arange(4)],
    lambda b: b[[1, 2]],
    lambda b: b[b[:] > 0.5],
    lambda b: b[..., 1:5, None],
    lambda b: b.reshape(50, 200),
    lambda b: b.T,
    lambda b: np.asarray(b, dtype=np.float64),
    lambda b: np.array(list(b)),
    lambda b: np.where(b > 0.2, b, 0),
    lambda b: np.add.reduce(b, axis=1),
    lambda b: b.nbytes,
    lambda b: np.array(b.tolist()),
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), max_size=6), st.sampled_from([0.2, 0.95, 1.0]))
def test_it_goes_through_what_an_array_goes_through_and_ends_the_same(
    steps: list[tuple[Callable[[Any], object], bool]], zeros: float
) -> None:
    lazy, plain = both(zeros)
    for step, rest in steps:
        step(lazy)
        step(plain)
        if rest:
            lazy.compress_if_beneficial()
        assert same(lazy, plain)


@pytest.mark.parametrize("zeros", [0.2, 0.95])
@pytest.mark.parametrize("reading", READINGS)
def test_what_is_read_is_what_an_array_would_give(reading: Callable[[Any], Any], zeros: float) -> None:
    lazy, plain = both(zeros)
    assert same(reading(lazy), reading(plain))
    assert same(lazy, plain)


def test_in_an_agents_own_step_the_attribute_stays_what_it_is() -> None:
    class Agent:
        beliefs: Any

        def step(self) -> float:
            self.beliefs *= 0.5
            self.beliefs[2] += 1
            self.beliefs /= self.beliefs.sum()
            return float(self.beliefs[2].max())

    lazy, plain = Agent(), Agent()
    lazy.beliefs, plain.beliefs = both()
    assert [lazy.step() for _ in range(3)] == [plain.step() for _ in range(3)]
    assert isinstance(lazy.beliefs, LazyBeliefArray)
    assert lazy.beliefs.sparse is not None


def test_it_stays_dense_while_somebody_looks_and_what_is_written_to_a_view_counts() -> None:
    beliefs, _ = both()
    row = beliefs[3]
    assert beliefs.sparse is None
    beliefs *= 0
    row[5] = 2
    assert beliefs[3, 5] == 2
    assert not beliefs.compress_if_beneficial()
    del row
    assert beliefs.compress_if_beneficial()
    assert beliefs.sum() == 2


@pytest.mark.parametrize("everything", [..., slice(None)])
def test_it_rests_once_all_of_it_is_assigned_and_not_after_a_part(everything: Any) -> None:
    beliefs, plain = both()
    beliefs[3] = plain[4]
    assert repr(beliefs).endswith(" dense>")
    beliefs[everything] = plain
    assert not repr(beliefs).endswith(" dense>")


def test_reading_does_not_change_what_is_held() -> None:
    beliefs, _ = both()
    state = beliefs.sparse
    for reading in (np.asarray, np.sum, len, lambda b: b + 1, lambda b: b[1, 2], lambda b: b[[1], [2]], lambda b: b.get_values(([1], [2]))):
        reading(beliefs)
    assert beliefs.sparse is state


def test_an_array_made_of_it_cannot_be_written_by_mistake() -> None:
    beliefs, _ = both()
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(beliefs)[0] = 1
    with pytest.raises(ValueError, match="copy"):
        np.array(beliefs, copy=False)
    mine = np.array(beliefs)
    mine[0] = 1


def test_update_takes_all_cells_or_some_and_get_values_gives_copies() -> None:
    beliefs, plain = LazyBeliefArray((100, 100)), grid()
    beliefs.update(plain)
    assert same(beliefs, plain)
    beliefs.update([1, 2], ([0, 99], [0, -1]))
    assert beliefs.get_values(([99, 0], [99, 0])).tolist() == [2, 1]
    beliefs.update(0, slice(1, None))
    assert beliefs.get_values(slice(1, None)).sum() == 0
    beliefs.get_values(0)[:] = 5
    assert beliefs.get_values((0, 0)) == 1
    assert beliefs.sparse is not None


@pytest.mark.parametrize(("values", "indices"), [(np.zeros(3), None), (1j, None), (1, (0, 100)), ("x", None), ([1, 2], ([0], [0]))])
def test_an_update_that_does_not_fit_is_refused_and_changes_nothing(values: object, indices: Any) -> None:
    beliefs, plain = both()
    with pytest.raises(BadInput):
        beliefs.update(values, indices)
    assert same(beliefs, plain)


@pytest.mark.parametrize("key", [(100, 0), ([0, -101], [0, 0])])
def test_a_cell_that_is_not_there_is_an_index_error_as_of_an_array(key: Any) -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        both()[0][key]


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), 7])
def test_any_shape_will_do(shape: int | tuple[int, ...]) -> None:
    beliefs, plain = LazyBeliefArray(shape, np.float64), np.zeros(shape)
    beliefs += 1
    plain += 1
    assert same(beliefs, plain)
    assert same(beliefs.copy() * 2, plain * 2)
    assert beliefs.compress_if_beneficial()


def test_a_belief_without_axes_is_a_number() -> None:
    beliefs = LazyBeliefArray(())
    beliefs[()] = 2.5
    assert (float(beliefs), int(beliefs), bool(beliefs), beliefs[()]) == (2.5, 2, True, 2.5)
    with pytest.raises(TypeError):
        len(beliefs)


@pytest.mark.parametrize(("dtype", "threshold"), [(np.int32, 0.9), (np.float32, 1.5), (np.float32, -0.1)])
def test_other_types_and_thresholds_are_refused(dtype: type, threshold: float) -> None:
    with pytest.raises(BadInput):
        LazyBeliefArray(3, dtype, threshold)


def test_an_unknown_attribute_is_named_and_copies_are_independent() -> None:
    beliefs, plain = both()
    with pytest.raises(AttributeError, match="beleifs"):
        _ = beliefs.beleifs
    for other in (beliefs.copy(), copy.copy(beliefs), copy.deepcopy(beliefs)):
        other += 1
        assert same(beliefs, plain)


def test_threads_that_write_at_once_take_turns() -> None:
    one: Any = LazyBeliefArray(2000)
    other: Any = LazyBeliefArray(2000)

    def work(number: int) -> None:
        for _ in range(50):
            np.add(one, 1, out=one)
            np.add(other, 1, out=other)
            one.update(5, [number])
            other.compress_if_beneficial()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert same(other, np.full(2000, 200, np.float32))


def test_two_beliefs_written_in_one_call_in_either_order_never_block_each_other() -> None:
    one: Any = LazyBeliefArray(100)
    other: Any = LazyBeliefArray(100)
    orders = [(one, other), (other, one)] * 100
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda order: np.divmod(7.0, 2.0, out=order), orders))
    assert {id(part) for result in results for part in result} == {id(one), id(other)}
    assert {float(one[0]), float(other[0])} == {3.0, 1.0}

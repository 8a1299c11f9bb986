from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from freeagentics.arrays import AnyArray, ArrayState, contiguous


class Inner(ArrayState):
    def __init__(self) -> None:
        self.level = np.zeros(2, np.float32)


class Outer(ArrayState):
    def __init__(self) -> None:
        self.count = np.arange(3)
        self.single = np.array(1.5)
        self.table = np.arange(3)
        self.table.flags.writeable = False
        self.name = "outer"
        self.inner = Inner()


def moved() -> Outer:
    outer = Outer()
    outer.count += 10
    outer.single += 1
    outer.inner.level += 0.5
    return outer


def test_the_state_names_own_arrays_and_those_of_parts_and_leaves_constants_out() -> None:
    assert sorted(Outer().state()) == ["count", "inner.level", "single"]


def test_what_is_loaded_goes_on_as_the_original() -> None:
    original, copy = moved(), Outer()
    copy.load(original.state())
    assert copy.count.tolist() == [10, 11, 12]
    assert copy.single == 2.5
    assert copy.inner.level.tolist() == [0.5, 0.5]


def test_the_state_is_a_copy() -> None:
    outer = moved()
    state = outer.state()
    outer.inner.level += 1
    assert state["inner.level"].tolist() == [0.5, 0.5]
    outer.load(state)
    outer.inner.level += 1
    assert state["inner.level"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inner.level": None}, "inner.level"),
        ({"surplus": np.zeros(1)}, "surplus"),
        ({"count": np.zeros(4, np.int64)}, "count"),
        ({"count": np.zeros(3, np.int32)}, "int32"),
        ({"inner.level": np.zeros(3, np.float32)}, "level"),
    ],
)
def test_a_state_of_another_shape_is_refused_by_name(change: dict[str, AnyArray | None], message: str) -> None:
    state = {name: array for name, array in (Outer().state() | change).items() if array is not None}
    with pytest.raises(ValueError, match=message):
        Outer().load(state)


class Part(ArrayState):
    def __init__(self) -> None:
        self.large = np.arange(5_000, dtype=np.float32).reshape(50, 100)
        self.bytes = np.zeros(10_000, np.uint8)
        self.small = np.arange(3)


class Whole(ArrayState):
    def __init__(self) -> None:
        self.pairs = np.zeros((600, 2), np.int64)[:, ::-1]
        self.empty = np.zeros((0, 7))
        self.part = Part()


def held(whole: Whole) -> int:
    return sum(array.nbytes for one in (whole, whole.part) for array in vars(one).values() if isinstance(array, np.ndarray))


def test_what_hibernates_takes_fewer_bytes_and_comes_back_when_it_is_touched() -> None:
    whole, same = Whole(), Whole()
    whole.hibernate()
    whole.hibernate()
    assert held(whole) < 100 < 39_000 < held(same)
    whole.part.large[3, 4] += 1
    same.part.large[3, 4] += 1
    assert held(whole) == pytest.approx(20_000, abs=100)
    assert whole.part.bytes.flags.writeable
    whole.hibernate()
    whole.wake()
    assert held(whole) == held(same)
    np.testing.assert_array_equal(whole.part.large, same.part.large)


def test_the_state_of_what_hibernates_is_what_it_was_and_can_be_loaded() -> None:
    whole, same = Whole(), Whole()
    same.part.large *= 2
    whole.hibernate()
    whole.load(same.state())
    whole.hibernate()
    state = whole.state()
    assert set(state) == set(same.state())
    for name, array in same.state().items():
        np.testing.assert_array_equal(state[name], array, strict=True)


def test_an_attribute_that_never_was_is_missed_awake_and_asleep() -> None:
    whole = Whole()
    for _ in range(2):
        with pytest.raises(AttributeError, match="'Whole' object has no attribute 'nothing'"):
            whole.nothing  # type: ignore[attr-defined]  # noqa: B018
        whole.hibernate()


@given(st.sampled_from(["f4", "f8", "i1", "i8", "?", "c16"]).flatmap(lambda kind: arrays(kind, (3, 2000))))
def test_numbers_survive_hibernation_bit_for_bit(values: np.ndarray) -> None:
    part = Part()
    part.large = values
    before = values.tobytes()
    part.hibernate()
    assert "large" not in vars(part)
    assert part.large.tobytes() == before
    assert (part.large.dtype, part.large.shape) == (values.dtype, values.shape)


@pytest.mark.parametrize("rows", [1, 3])
def test_what_kernels_take_lies_where_numbers_may(rows: int) -> None:
    records = np.zeros(rows, dtype=[("mark", "u1"), ("value", "f8")])
    records["value"] = np.arange(rows)
    found = contiguous(records["value"])
    assert found.flags.c_contiguous
    assert found.flags.aligned
    assert (found == np.arange(rows)).all()


def test_what_lies_there_already_is_not_copied() -> None:
    numbers = np.arange(3.0)
    assert contiguous(numbers, np.float64) is numbers

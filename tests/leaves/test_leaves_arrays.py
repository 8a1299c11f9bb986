from __future__ import annotations

import numpy as np
import pytest

from freeagentics.arrays import AnyArray, ArrayState


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

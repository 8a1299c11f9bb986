from __future__ import annotations

import copy
import datetime
import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest
from bit_equality import identical
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from freeagentics.errors import BadInput
from freeagentics.mind import CompressedHistory
from freeagentics.mind.history import OPEN_BYTES
from freeagentics.mind.history_block import compressed
from freeagentics.runtime import deep_size

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**300), 2**300)
    | st.floats()
    | st.text()
    | st.binary()
    | hnp.array_dtypes(max_size=3).flatmap(lambda dtype: hnp.arrays(dtype, st.just((2, 1))))
    | hnp.scalar_dtypes().flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3)))
    | hnp.scalar_dtypes().flatmap(lambda dtype: hnp.arrays(dtype, (1,)).map(lambda array: array[0]))
)
KEYS = st.text() | st.integers() | st.binary() | st.none() | st.tuples(st.integers(), st.text())
ENTRIES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=6
)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=12), st.integers(0, 40))
def test_entries_come_back_identical_and_of_their_own_types_from_open_bytes_and_from_blocks(entries: list[Any], later: int) -> None:
    history = CompressedHistory(None)
    history.extend(entries)
    history.extend([0] * later)
    assert identical(list(history), entries + [0] * later)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(SCALARS, ENTRIES) | st.tuples(st.booleans(), st.integers(0, 300)), min_size=1, max_size=6))
def test_columns_do_not_mix_what_is_equal_but_not_the_same(entries: list[Any]) -> None:
    history = CompressedHistory(None)
    history.extend(entries * 20)
    assert identical(history[:], entries * 20)


@pytest.mark.parametrize("one", [{1: "a"}, {True: "a"}, {1.0: "a"}, {"b": 0, "a": 1}, {"a": 1, "b": 0}, {}, (), [], ((), []), (1, True)])
@pytest.mark.parametrize("other", [{1: "a"}, {True: "b"}, {}, (), [], (True, 1), (1, 1.0)])
def test_entries_of_like_but_different_shape_are_kept_apart(one: object, other: object) -> None:
    history = CompressedHistory()
    history.extend([one, other] * 20)
    assert identical(list(history), [one, other] * 20)


class Pair(NamedTuple):
    left: int
    right: int


def cyclic() -> list[Any]:
    around: list[Any] = []
    around.append(around)
    return around


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({1, 2}, "builtins.set"),
        (Pair(1, 2), "Pair"),
        (datetime.date(2022, 1, 1), "datetime.date"),
        ((1, [object()]), "builtins.object"),
        (np.array([None]), "numpy.ndarray"),
        (np.ma.masked_array([1], [True]), "MaskedArray"),
        (cyclic(), "list"),
        ({"a": [bytearray(b"")]}, "builtins.bytearray"),
        ((memoryview(b""),), "builtins.memoryview"),
    ],
)
def test_what_is_not_plain_data_is_refused_by_the_name_of_its_type_and_leaves_the_history_as_it_was(entry: object, named: str) -> None:
    history = CompressedHistory()
    history.append(1)
    with pytest.raises(BadInput, match=named):
        history.append(entry)
    with pytest.raises(BadInput, match=named):
        history[0] = entry
    assert list(history) == [1]


@pytest.mark.parametrize("around", [lambda inner: [inner], lambda inner: (inner,), lambda inner: {"in": inner}])
def test_an_entry_may_be_nested_deep_but_not_so_deep_that_a_block_could_not_hold_it(around: Callable[[object], object]) -> None:
    deep: object = 1
    for _ in range(64):
        deep = around(deep)
    history = CompressedHistory()
    history.extend([deep] * 40)
    assert identical(list(history), [deep] * 40)
    with pytest.raises(BadInput, match="deep"):
        history.append(around(deep))


def test_an_entry_is_copied_in_and_out() -> None:
    history, entry = CompressedHistory(), [1, [2]]
    history.append(entry)
    entry.append(3)
    history[0].append(4)
    assert history[0] == [1, [2]]


def test_more_entries_than_it_keeps_are_evicted_from_the_front() -> None:
    history = CompressedHistory(max_size=10)
    for number in range(1000):
        history.append((number, "x"))
        assert len(history) == min(number + 1, 10)
    assert history == [(number, "x") for number in range(990, 1000)]


@pytest.mark.parametrize("max_size", [1, 3, 50])
def test_what_was_evicted_leaves_no_bytes(max_size: int) -> None:
    history = CompressedHistory(max_size)
    random = np.random.default_rng(1)
    for number in range(3 * max_size):
        history.append(random.bytes(100_000 if number % 2 else 1000))
    history.extend([0] * max_size)
    assert history.get_size_bytes() < 800 + max_size


def action(step: int) -> tuple[int, ...]:
    """An action that mostly stays what it was, and what was seen, which mostly does not."""
    random = np.random.default_rng(step)
    return (int(step // 7 % 20 == 0), 5, step // 10 % 64, int(random.integers(7)), int(random.integers(3)))


def test_size_and_ratio_are_those_of_what_it_holds_also_after_it_wrapped_a_thousand_times() -> None:
    wrapped, fresh = CompressedHistory(20), CompressedHistory(20)
    entries = [action(step) for step in range(20_020)]
    wrapped.extend(entries)
    fresh.extend(entries[-20:])
    assert wrapped == fresh
    assert abs(wrapped.get_size_bytes() - fresh.get_size_bytes()) < 200
    assert abs(wrapped.get_compression_ratio() / fresh.get_compression_ratio() - 1) < 0.3
    assert abs(deep_size([wrapped]).total - wrapped.get_size_bytes()) < 200


def test_the_ratio_falls_when_what_comes_in_can_be_compressed_less() -> None:
    history, random = CompressedHistory(200), np.random.default_rng(1)
    history.extend([("wait", 0.0)] * 200)
    repeating = history.get_compression_ratio()
    history.extend([random.bytes(20) for _ in range(200)])
    assert history.get_compression_ratio() < 1.1 < repeating
    history.clear()
    assert (len(history), history.get_compression_ratio()) == (0, 0)


def test_a_thousand_actions_take_little_more_than_a_byte_each_and_a_higher_level_takes_less() -> None:
    sizes = []
    for level in (1, 9):
        history = CompressedHistory(1000, level)
        history.extend([action(step) for step in range(1000)])
        sizes.append(history.get_size_bytes())
    assert sizes[1] <= sizes[0]
    assert sizes[1] < 2048


def test_recent_entries_are_given_oldest_first_and_all_there_are_where_more_are_wanted() -> None:
    history = CompressedHistory(100)
    history.extend(range(250))
    assert history.get_recent(3) == [247, 248, 249]
    assert history.get_recent(60) == list(range(190, 250))
    assert history.get_recent(10**9) == list(range(150, 250))
    assert history.get_recent(0) == []
    with pytest.raises(BadInput):
        history.get_recent(-1)


@pytest.mark.parametrize(("max_size", "level"), [(0, 6), (-1, 6), (10, 0), (10, 10)])
def test_a_history_that_could_hold_nothing_or_not_compress_is_refused(max_size: int, level: int) -> None:
    with pytest.raises(BadInput):
        CompressedHistory(max_size, level)


CHANGES: list[Callable[[Any], object]] = [
    lambda h: h.append("new"),
    lambda h: h.extend([1, 2, 3]),
    lambda h: h.__iadd__([(4,), (5,)]),
    lambda h: h.insert(2, "in"),
    lambda h: h.pop(),
    lambda h: h.pop(0),
    lambda h: h.__setitem__(-1, "last"),
    lambda h: h.__setitem__(slice(0, 2), [7, 8, 9]),
    lambda h: h.__delitem__(slice(3, None, 2)),
    lambda h: h.reverse(),
    lambda h: h.remove(h[0]),
    lambda h: h.clear(),
]


class LikeAList(RuleBasedStateMachine):
    """A history that forgets nothing goes through what a list goes through."""

    def __init__(self) -> None:
        super().__init__()
        self.history, self.plain = CompressedHistory(None), list[Any](range(40))
        self.history.extend(self.plain)

    @rule(change=st.sampled_from(CHANGES))
    def changes(self, change: Callable[[Any], object]) -> None:
        outcomes = []
        for sequence in (self.plain, self.history):
            try:
                change(sequence)
                outcomes.append("done")
            except IndexError:
                outcomes.append("no such place")
        assert outcomes[0] == outcomes[1]

    @rule(index=st.integers(-90, 90), stop=st.integers(-90, 90), step=st.sampled_from([-2, -1, 1, 3]))
    def reads(self, index: int, stop: int, step: int) -> None:
        assert self.history[index:stop:step] == self.plain[index:stop:step]
        if -len(self.plain) <= index < len(self.plain):
            assert self.history[index] == self.plain[index]
        else:
            with pytest.raises(IndexError):
                _ = self.history[index]

    @rule(other=st.sampled_from([copy.copy, copy.deepcopy]))
    def goes_on_as_a_copy(self, other: Callable[[Any], Any]) -> None:
        before, self.history = self.history, other(self.history)
        before.append("not here")

    @invariant()
    def holds_the_same(self) -> None:
        assert self.history == self.plain
        assert len(self.history) == len(self.plain)
        assert ("new" in self.history) == ("new" in self.plain)
        assert operator.add(self.history, [1]) == [*self.plain, 1]


LikeAList.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestLikeAList = LikeAList.TestCase


def test_threads_that_append_at_once_lose_nothing() -> None:
    history = CompressedHistory(None)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: history.extend([(number, step) for step in range(200)]), range(4)))
    assert sorted(history) == [(number, step) for number in range(4) for step in range(200)]


@pytest.mark.parametrize(("size", "at_once"), [(OPEN_BYTES - 4, False), (OPEN_BYTES - 3, True)])
def test_an_entry_of_16_kib_is_compressed_at_once(size: int, at_once: bool) -> None:
    history = CompressedHistory(10)
    history.append(bytes(size))
    assert (history.get_size_bytes() < 2000) == at_once
    assert (history == [bytes(size)], OPEN_BYTES) == (True, 16 * 1024)


def test_numbers_from_0_to_255_take_a_byte_each_in_a_block() -> None:
    none, small, wide = (len(compressed([largest] * 16, 0, 0)) for largest in (0, 255, 256))
    assert none == small < wide

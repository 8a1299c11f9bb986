"""What stands in for arrays, lists and dicts behaves as they do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.mind import history
from freeagentics.plain_data import plain_bytes
from freeagentics.runtime.lean.beliefs import LeanBeliefs
from freeagentics.runtime.lean.bounded_cache import BoundedCache
from freeagentics.runtime.lean.history import LeanHistory, is_frozen
from freeagentics.runtime.lean.shared_array import SharedArray

MATRIX = np.arange(12.0).reshape(3, 4)

READS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda m: m.sum(axis=0),
    "row": lambda m: m[1],
    "slice": lambda m: m[1:, ::2],
    "cell": lambda m: m[2, 3],
    "picked": lambda m: m[[0, 2]],
    "mask": lambda m: m[m > 5],
    "product": lambda m: m @ m.T,
    "function": lambda m: np.concatenate([m, m]),
    "reversed": lambda m: 1 / (m + 1),
    "rows": lambda m: [float(row.sum()) for row in m],
    "shape": lambda m: (m.shape, m.ndim, len(m), m.dtype, m.size),
    "reshape": lambda m: m.reshape(2, 6)[1],
    "list": lambda m: m.tolist(),
}


def fill_row(m: Any) -> None:
    row = m[1]
    row[:] = 7


def scale_row(m: Any) -> None:
    row = m[1][1:]
    row *= 3


def through_transposed(m: Any) -> None:
    m.T[0] += 1


def through_rows(m: Any) -> None:
    for row in m:
        row -= row.sum()


def scale(m: Any) -> None:
    m *= m.T[0, 1] + 2


def with_out(m: Any) -> None:
    np.add(m, 1, out=m)


def with_copyto(m: Any) -> None:
    np.copyto(m, 5.0)


def with_at(m: Any) -> None:
    np.add.at(m, ([0, 0], [1, 1]), 1.0)


def with_method(m: Any) -> None:
    m.fill(2)


def with_reshaped(m: Any) -> None:
    m.reshape(-1)[5] = 50


WRITES = [fill_row, scale_row, through_transposed, through_rows, scale, with_out, with_copyto, with_at, with_method, with_reshaped]


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_shared_array_reads_like_the_array_and_stays_shared(read: Callable[[Any], Any]) -> None:
    one, other = SharedArray(MATRIX), SharedArray(MATRIX.copy())
    found, wanted = read(one), read(MATRIX)
    assert np.array_equal(np.asarray(found, dtype=object), np.asarray(wanted, dtype=object))
    assert one.shared
    assert one.owner is other.owner


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_a_write_makes_a_shared_array_its_own_and_others_keep_theirs(write: Callable[[Any], None]) -> None:
    one, other, wanted = SharedArray(MATRIX), SharedArray(MATRIX), MATRIX.copy()
    write(one)
    write(wanted)
    assert np.array_equal(one, wanted)
    assert np.array_equal(other, MATRIX)
    assert not one.shared
    assert (one.users, other.users) == (1, 1)
    write(one)
    write(wanted)
    assert np.array_equal(one, wanted)


def test_a_view_taken_before_the_write_sees_it() -> None:
    one = SharedArray(MATRIX)
    row, cell = one[1], one[1][2:3]
    one[1, 2] = -1
    assert row[2] == -1
    assert cell.sum() == -1


def test_integers_and_texts_are_shared_too() -> None:
    for array in (np.arange(5), np.array(["a", "b"])):
        one = SharedArray(array)
        assert np.array_equal(copy.deepcopy(one), array)
        one[0] = array[1]
        assert np.array_equal(one, [array[1], *array[1:]])


def test_an_array_given_out_by_numpy_is_not_written_to_by_mistake() -> None:
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(SharedArray(MATRIX))[0] = 1


FLOATS = npst.arrays(
    np.float64, st.integers(0, 40), elements=st.one_of(st.just(0.0), st.just(0.0), st.just(0.0), st.floats(allow_nan=True, width=64))
)


def bits(array: Any) -> tuple[Any, ...]:
    return array.dtype, array.shape, array.tobytes()


@given(values=FLOATS, dtype=st.sampled_from([np.float16, np.float32, np.float64]))
def test_beliefs_come_back_bit_for_bit_however_they_rest(values: Any, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        values = np.tile(np.concatenate([values.astype(dtype), np.zeros(400, dtype)]), 3)
    lean, wanted = LeanBeliefs(values.copy()), bits(values)
    assert lean.sparse is not None
    assert bits(np.asarray(lean)) == wanted
    assert bits(lean.lend()) == wanted
    assert lean.take_back()
    assert bits(lean.lend()) == wanted


def test_what_is_lent_is_one_with_what_stands_for_it_and_stays_so_while_somebody_looks() -> None:
    values = np.zeros(10_000)
    values[::100] = 0.1
    lean = LeanBeliefs(values)
    array = lean.lend()
    row = array[:2]
    lean[0] = 5
    array[1] = 6
    assert (row.tolist(), lean[1], lean.lent(array)) == ([5, 6], 6, True)
    del array
    assert not lean.take_back()
    row[0] = 7
    assert lean[0] == 7
    del row
    assert lean.take_back()
    assert lean[[0, 1]].tolist() == [7, 6]


@given(values=FLOATS)
def test_rounded_beliefs_rest_within_single_precision_and_are_double_to_whoever_uses_them(values: Any) -> None:
    values = np.concatenate([values, np.zeros(400)])
    lean = LeanBeliefs(values.copy(), "float32")
    found = np.asarray(lean)
    assert {found.dtype, lean.dtype, lean.lend().dtype, lean[:1].dtype} == {np.dtype(np.float64)}
    assert np.array_equal(np.isnan(found), np.isnan(values))
    assert np.array_equal(np.signbit(found), np.signbit(values))
    assert np.allclose(found, values, rtol=2**-24, atol=0, equal_nan=True)


ENTRIES = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.none(), st.tuples(st.integers(), st.floats(allow_nan=False)))
CHANGES = st.one_of(
    st.tuples(st.just("append"), st.one_of(ENTRIES, st.lists(ENTRIES, max_size=2))),
    st.tuples(st.just("extend"), st.lists(ENTRIES, max_size=20)),
    st.tuples(st.just("insert"), ENTRIES),
    st.tuples(st.just("pop"), st.sampled_from([0, -1])),
    st.tuples(st.just("set"), ENTRIES),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("clear"), st.none()),
)


def change(target: Any, what: str, value: Any) -> Any:
    if what in ("append", "extend"):
        return getattr(target, what)(value)
    if what == "insert":
        return target.insert(len(target) // 2, value)
    if what == "pop" and len(target):
        return target.pop(value)
    if what == "set" and len(target):
        target[len(target) // 2] = value
    if what == "cut":
        del target[:3]
    if what == "clear":
        target.clear()
    return None


@settings(max_examples=60)
@given(start=st.lists(ENTRIES, max_size=100), changes=st.lists(CHANGES, max_size=8))
def test_a_history_does_what_a_list_does(start: list[Any], changes: list[tuple[str, Any]]) -> None:
    lean, wanted = LeanHistory(start), list(start)
    for what, value in changes:
        assert change(lean, what, value) == change(wanted, what, value)
        assert list(lean) == wanted
        assert repr(lean) == repr(wanted)
    assert [type(entry) for entry in lean] == [type(entry) for entry in wanted]
    one = [1]
    assert (lean[-3:], lean + one, one + lean, lean * 2, lean == wanted) == (wanted[-3:], wanted + one, one + wanted, wanted * 2, True)


def test_a_history_stays_whole_and_compressed_while_it_is_appended_to() -> None:
    lean = LeanHistory(range(5000))
    lean.append("end")
    assert (len(lean), lean.compressed, lean[0], lean[-1]) == (5001, True, 0, "end")


def test_a_list_that_was_lent_is_taken_back_at_the_price_of_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    lean = LeanHistory([f"step {number}" for number in range(1000)])
    entries = lean.lend()
    assert type(entries) is list
    entries.append("new")
    del entries[:3], entries
    packed: list[Any] = []

    def packing(what: str, entry: object) -> bytes:
        packed.append(entry)
        return plain_bytes(what, entry)

    monkeypatch.setattr(history, "plain_bytes", packing)
    assert lean.take_back()
    assert packed == ["new"]
    assert (len(lean), lean[0], lean[-2:]) == (998, "step 3", ["step 999", "new"])


@given(start=st.lists(ENTRIES, max_size=60), changes=st.lists(CHANGES, max_size=4))
def test_a_list_that_was_lent_comes_back_with_whatever_was_done_to_it(start: list[Any], changes: list[tuple[str, Any]]) -> None:
    lean, wanted = LeanHistory(start), list(start)
    entries = lean.lend()
    for what, value in changes:
        change(entries, what, value)
        change(wanted, what, value)
    del entries
    frozen = all(map(is_frozen, wanted))
    assert lean.take_back() == frozen
    assert repr(lean) == repr(wanted)
    if frozen:
        assert list(map(type, lean)) == list(map(type, wanted))


def test_a_list_that_became_too_long_for_steps_to_wait_for_stays_a_list() -> None:
    lean = LeanHistory(range(9_999))
    lean.lend().append("last")
    assert lean.take_back()
    lean.lend().append("one more")
    assert not lean.take_back()
    assert (len(lean), lean[-1]) == (10_001, "one more")


def test_an_entry_that_can_change_is_kept_itself() -> None:
    lean = LeanHistory(["start"])
    entry: dict[str, int] = {}
    lean.append(entry)
    entry["later"] = 1
    assert lean[-1] is entry
    assert not lean.compressed


def test_a_bounded_history_keeps_the_newest() -> None:
    lean = LeanHistory(range(100), bound=10)
    lean.append(100)
    assert lean == list(range(91, 101))


def test_a_cache_drops_what_was_used_least_recently() -> None:
    cache = BoundedCache({name: np.zeros(1000) for name in "abc"}, 30_000)
    assert cache["a"] is not None
    assert cache.get("b") is not None
    cache["d"] = np.zeros(1000)
    assert list(cache) == ["a", "b", "d"]
    assert cache.nbytes <= cache.max_bytes
    assert cache.get("c", "gone") == "gone"


def test_a_cache_gives_what_was_just_stored_however_large() -> None:
    cache = BoundedCache({}, 10)
    for number in range(3):
        cache[number] = np.full(100, number)
        assert cache[number][0] == number
    assert len(cache) == 1


def test_a_cache_is_a_dict_with_all_its_ways() -> None:
    cache = BoundedCache({"a": 1}, 10_000)
    cache |= {"b": 2}
    assert cache.setdefault("c", 3) == 3
    cache.update({"d": 4}, e=5)
    assert isinstance(cache, dict)
    for key in cache:
        assert cache[key] is not None
    assert cache == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
    assert (cache.pop("a"), cache.pop("z", None), cache.popitem()) == (1, None, ("e", 5))
    cache["c"] = 6
    cache.clear()
    assert (len(cache), cache.nbytes, {**cache}) == (0, 0, {})

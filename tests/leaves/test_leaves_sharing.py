from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.sharing import ParameterPool, ScratchPool


def matrix() -> AnyArray:
    return np.arange(12, dtype=np.float64).reshape(3, 4)


def test_equal_arrays_are_held_once_and_freed_when_the_last_user_goes() -> None:
    pool = ParameterPool()
    one, other = pool.share(matrix()), pool.share(matrix())
    assert np.shares_memory(one, other)
    assert (len(pool), pool.nbytes, pool.users(matrix())) == (1, 96, 2)
    row = one[1]
    del one, other
    gc.collect()
    assert (len(pool), pool.users(matrix())) == (1, 1)
    assert row.tolist() == [4, 5, 6, 7]
    del row
    gc.collect()
    assert (len(pool), pool.nbytes, pool.users(matrix())) == (0, 0, 0)


def test_what_is_shared_cannot_be_written_and_is_not_what_was_handed_in() -> None:
    pool, mine = ParameterPool(), matrix()
    shared = pool.share(mine)
    with pytest.raises(ValueError, match="read-only"):
        shared[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        shared.flags.writeable = True
    mine[:] = 0
    assert shared.tobytes() == matrix().tobytes()


@pytest.mark.parametrize(
    "other",
    [
        matrix().astype(np.float32),
        matrix().reshape(4, 3),
        matrix().reshape(-1),
        np.asfortranarray(matrix()),
        -matrix(),
        matrix().astype(">f8"),
    ],
)
def test_arrays_that_differ_in_type_shape_layout_or_a_bit_are_held_apart(other: AnyArray) -> None:
    pool = ParameterPool()
    held = [pool.share(matrix()), pool.share(other)]
    assert len(pool) == 2
    assert held[1].tobytes() == other.tobytes()
    assert held[1].flags.f_contiguous == other.flags.f_contiguous


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)), st.booleans())
def test_any_array_comes_back_as_it_was(array: AnyArray, strided: bool) -> None:
    given_in = np.repeat(array, 2, axis=0)[::2] if strided and array.ndim else array
    shared = ParameterPool().share(given_in)
    assert (shared.dtype, shared.shape, shared.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert not np.shares_memory(shared, given_in)


def test_objects_are_refused() -> None:
    with pytest.raises(BadInput):
        ParameterPool().share(np.array([None]))
    with pytest.raises(BadInput), ScratchPool().take(3, object):
        pass


def test_threads_that_share_at_once_get_the_same_array() -> None:
    pool = ParameterPool()
    with ThreadPoolExecutor(8) as threads:
        shared = list(threads.map(lambda _: pool.share(matrix()), range(200)))
    assert len({array.__array_interface__["data"][0] for array in shared}) == 1
    assert pool.users(matrix()) == 200


def test_a_scratch_buffer_has_the_shape_and_type_asked_for_and_is_lent_again() -> None:
    scratch = ScratchPool()
    with scratch.take((3, 5), np.float64) as first:
        assert (first.shape, str(first.dtype), first.flags.aligned) == ((3, 5), "float64", True)
        first[:] = 1
    with scratch.take((5, 3), np.float64) as second:
        assert np.shares_memory(first, second)
    with scratch.take((), np.float32) as number, scratch.take((0, 4)) as none:
        assert (number.shape, none.size) == ((), 0)


def test_a_buffer_is_never_lent_twice_at_once() -> None:
    scratch = ScratchPool()
    for _ in range(2):
        with scratch.take(100) as one, scratch.take(100) as other:
            assert not np.shares_memory(one, other)


def test_a_buffer_comes_back_also_when_its_user_fails() -> None:
    scratch = ScratchPool()
    with pytest.raises(ZeroDivisionError), scratch.take(100):
        raise ZeroDivisionError
    assert scratch.idle_bytes == 400


def test_no_more_is_kept_than_the_pool_may_keep_nor_much_more_lent_than_asked_for() -> None:
    scratch = ScratchPool(max_bytes=1000)
    with scratch.take(200), scratch.take(200), scratch.take(1000):
        pass
    assert scratch.idle_bytes == 800
    with scratch.take(10):
        assert scratch.idle_bytes == 800
    assert scratch.idle_bytes == 840


def test_every_thread_has_buffers_of_its_own() -> None:
    scratch = ScratchPool()

    def works(number: int) -> bool:
        with scratch.take(1000, np.int64) as buffer:
            buffer[:] = number
            return bool((buffer == number).all())

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(works, range(400)))
    assert scratch.idle_bytes == 0


def test_what_is_lent_for_long_is_lent_to_others_once_it_is_given_back_and_not_before() -> None:
    scratch = ScratchPool()
    one = scratch.lend((4, 25))
    other = scratch.lend((4, 25))
    assert not np.shares_memory(one, other)
    scratch.give_back(one)
    smaller = scratch.lend((4, 20))
    assert np.shares_memory(one, smaller) and smaller.shape == (4, 20)


def test_arrays_that_no_pool_lent_are_left_alone() -> None:
    scratch = ScratchPool()
    scratch.give_back(np.zeros(100, np.float32))
    scratch.give_back(np.zeros((4, 25), np.float32)[1:])
    assert scratch.idle_bytes == 0

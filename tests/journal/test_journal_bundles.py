from __future__ import annotations

import struct
import tracemalloc
import zlib

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.journal import pack_arrays, unpack_arrays
from freeagentics.journal.compression import compress

numbers = st.one_of(
    npst.boolean_dtypes(), npst.integer_dtypes(), npst.unsigned_integer_dtypes(), npst.floating_dtypes(), npst.complex_number_dtypes()
)
arrays = npst.arrays(numbers, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
bundles = st.dictionaries(st.text(max_size=12), arrays, max_size=4)


def forged(table: object, plain: bytes, *, frame: bytes | None = None) -> bytes:
    """Bytes with a header and a checksum as they should be, around anything."""
    packed = table if isinstance(table, bytes) else msgpack.packb(table)
    body = struct.pack("<I", len(packed)) + packed + (compress(plain) if frame is None else frame)
    return struct.pack("<2sHI", b"FB", 2, zlib.crc32(body)) + body


def assert_same(one: dict[str, AnyArray], other: dict[str, AnyArray]) -> None:
    assert list(one) == list(other)
    for name, array in one.items():
        assert (array.dtype, array.shape, array.tobytes()) == (other[name].dtype, other[name].shape, other[name].tobytes())


@given(bundles)
def test_arrays_come_back_as_they_were(bundle: dict[str, AnyArray]) -> None:
    back = unpack_arrays(pack_arrays(bundle))
    assert_same(back, bundle)
    assert all(array.flags.writeable and array.flags.owndata for array in back.values())


def test_views_with_gaps_or_turned_round_come_back_as_they_look() -> None:
    base = np.arange(24, dtype=np.int32).reshape(4, 6)
    bundle = {
        "every other": base[::2, ::3],
        "turned": base.T,
        "backwards": base[::-1],
        "one": base[1, 1],
        "broadcast": np.broadcast_to(1.5, (2, 3)),
    }
    back = unpack_arrays(pack_arrays(bundle))
    for name, array in bundle.items():
        np.testing.assert_array_equal(back[name], array)


@pytest.mark.parametrize("array", [np.array([object()]), np.array(["text"]), np.zeros(1, [("a", "i4")]), np.zeros(1, "M8[s]")])
def test_arrays_of_anything_but_numbers_are_refused(array: AnyArray) -> None:
    with pytest.raises(ValueError, match="odd"):
        pack_arrays({"odd": array})


def test_a_forged_bundle_that_is_right_is_read() -> None:
    assert_same(unpack_arrays(forged([["a", "<u2", [2]]], b"\1\2\0\0")), {"a": np.array([1, 2], "<u2")})


@given(bundles, st.data())
def test_a_flipped_bit_anywhere_is_found(bundle: dict[str, AnyArray], data: st.DataObject) -> None:
    packed = bytearray(pack_arrays(bundle))
    bit = data.draw(st.integers(0, 8 * len(packed) - 1))
    packed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CorruptRecord):
        unpack_arrays(bytes(packed))


@given(bundles, st.data())
def test_a_bundle_cut_short_is_found(bundle: dict[str, AnyArray], data: st.DataObject) -> None:
    packed = pack_arrays(bundle)
    with pytest.raises(CorruptRecord):
        unpack_arrays(packed[: data.draw(st.integers(0, len(packed) - 1))])


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CorruptRecord):
        unpack_arrays(data)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_table_and_any_bytes_under_a_valid_checksum_are_read_or_refused(table: bytes, rest: bytes) -> None:
    for data in (forged(table, b"", frame=rest), forged(table, rest)):
        try:
            unpack_arrays(data)
        except CorruptRecord:
            continue


values: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**63)
    | st.text(max_size=4)
    | st.binary(max_size=4)
    | st.sampled_from(["<i4", "|O", "<f4"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)


@given(values | st.lists(st.tuples(values, values, values), max_size=3), st.binary(max_size=20))
def test_a_table_of_anything_is_read_or_refused(table: object, plain: bytes) -> None:
    try:
        unpack_arrays(forged(table, plain))
    except CorruptRecord:
        return


@pytest.mark.parametrize(
    "table",
    [
        [["a", "|O", [1]]],
        [["a", "<i4,<i4", [1]]],
        [["a", "(2,)<i4", [1]]],
        [["a", "<f3", [1]]],
        [["a", "<i8", [-1]]],
        [["a", "<i8", [True]]],
        [["a", "<i8", [2**62, 4]]],
        [["a", "<i8", [0, 2**80 % 2**63]]],
        [["a", "<i8", [1] * 70]],
        [["a", "<i8", [2]]],
        [["a", "<i4", [1]], ["a", "<i4", [1]]],
        [["a", "<i4", [2]], [["b"], "<i4", [0]]],
        [["a", "<i8"]],
        [],
    ],
)
def test_a_wrong_table_is_refused(table: object) -> None:
    with pytest.raises(CorruptRecord):
        unpack_arrays(forged(table, bytes(8)))


@pytest.mark.parametrize("claimed", [1, 2**40])
def test_a_bomb_is_refused_without_being_decompressed(claimed: int) -> None:
    data = forged([["a", "|u1", [claimed]]], bytes(2**26))
    tracemalloc.start()
    try:
        with pytest.raises(CorruptRecord):
            unpack_arrays(data)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_an_array_of_zeros_compresses_well_and_is_no_bomb() -> None:
    zeros = {"beliefs": np.zeros(4_000_000, np.float32)}
    assert_same(unpack_arrays(pack_arrays(zeros)), zeros)


def test_a_table_that_promises_a_huge_list_allocates_none() -> None:
    data = forged(b"\xdd\xff\xff\xff\xff" + bytes(20), b"")
    tracemalloc.start()
    try:
        with pytest.raises(CorruptRecord):
            unpack_arrays(data)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()

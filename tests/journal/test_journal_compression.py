from __future__ import annotations

import tracemalloc
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.journal.compression import compress, compress_parts, decompress

alike = st.builds(lambda piece, times: piece * times, st.binary(min_size=1, max_size=20), st.integers(0, 5_000))


@given(st.binary(max_size=300) | alike)
def test_bytes_come_back_as_they_were_and_writable(data: bytes) -> None:
    back = decompress(memoryview(compress(data)), len(data))
    assert back.tobytes() == data
    assert back.flags.writeable


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_parts_are_one_frame_of_all_of_them(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert decompress(memoryview(compress_parts(parts)), len(data)).tobytes() == data


@given(st.binary(max_size=100) | alike, st.integers(0, 200_000))
def test_any_other_size_is_refused(data: bytes, size: int) -> None:
    frame = memoryview(compress(data))
    if size != len(data):
        with pytest.raises(CorruptRecord):
            decompress(frame, size)


@given(alike.filter(bool), st.data())
def test_a_frame_cut_short_is_refused(data: bytes, draw: st.DataObject) -> None:
    frame = memoryview(compress(data))
    with pytest.raises(CorruptRecord):
        decompress(frame[: draw.draw(st.integers(0, len(frame) - 1))], len(data))


@given(st.binary(max_size=100), st.integers(1, 10_000))
def test_bytes_that_are_no_frame_are_read_as_the_size_says_or_refused(frame: bytes, size: int) -> None:
    try:
        assert len(decompress(memoryview(frame), size)) == size
    except CorruptRecord:
        return


@pytest.mark.parametrize("size", [1, 2**40, 2**70])
def test_no_more_is_reserved_than_a_frame_can_hold(size: int) -> None:
    frame = memoryview(compress(bytes(2**24)))
    tracemalloc.start()
    try:
        with pytest.raises(CorruptRecord):
            decompress(frame, size)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_bytes_that_are_all_alike_are_not_taken_for_more_than_a_frame_can_hold() -> None:
    plain = bytes(2**26)
    assert decompress(memoryview(compress(plain)), len(plain)).tobytes() == plain


def test_threads_do_not_disturb_each_other() -> None:
    whole: list[bool] = []

    def use(seed: int) -> None:
        for number in range(100):
            data = np.random.default_rng([seed, number]).integers(0, 9, 20_000, dtype=np.uint8).tobytes()
            whole.append(decompress(memoryview(compress(data)), len(data)).tobytes() == data)

    threads = [Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert whole == [True] * 400

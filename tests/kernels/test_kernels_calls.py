"""Calls of kernels: both builds give the same bits, and what is wrong with an argument is said, by its number."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from input_registry import INPUTS
from kernel_inputs import drawn

from freeagentics.arrays import AnyArray
from freeagentics.kernels import _compiled, compiled

CPUINFO = Path("/proc/cpuinfo")
KERNELS = sorted(vars(compiled))
SIGNATURES = _compiled.signatures()
BUILDS = [_compiled.table(baseline) for baseline in (True, False)]

every_kernel = pytest.mark.parametrize("kernel", KERNELS)


def test_every_kernel_has_inputs_and_all_inputs_have_a_kernel() -> None:
    assert sorted(INPUTS) == KERNELS, "tests/kernels/kernel_inputs.py says where inputs of a new kernel go"


@pytest.mark.skipif(not CPUINFO.exists(), reason="only Linux says what a processor can in a file")
def test_this_processor_runs_the_wide_build_if_it_can() -> None:
    assert _compiled.wide() == ({"avx2", "bmi1", "bmi2"} <= set(CPUINFO.read_text(encoding="utf-8").split()))


@every_kernel
@settings(max_examples=30)
@given(seed=st.integers(0, 2**40))
def test_both_builds_give_the_same_bits(kernel: str, seed: int) -> None:
    left = []
    for build in BUILDS:
        arguments = drawn(kernel, seed)
        build[kernel](*arguments)
        left.append([value.tobytes() for value in arguments if isinstance(value, np.ndarray)])
    assert left[0] == left[1]


@every_kernel
def test_anything_with_a_buffer_does_for_an_array(kernel: str) -> None:
    arrays, also = arrays_drawn(kernel), arrays_drawn(kernel)
    compiled_kernel = getattr(compiled, kernel)
    compiled_kernel(*with_given(kernel, arrays))
    compiled_kernel(*with_given(kernel, {place: array.data for place, array in also.items()}))
    assert all(array.tobytes() == also[place].tobytes() for place, array in arrays.items())


@every_kernel
def test_what_is_only_read_stays_as_it_was(kernel: str) -> None:
    arguments, before = arrays_drawn(kernel), arrays_drawn(kernel)
    read = set(arguments) - set(filled_by(kernel))
    for place in read:
        arguments[place].flags.writeable = False
    getattr(compiled, kernel)(*with_given(kernel, arguments))
    assert all(arguments[place].tobytes() == before[place].tobytes() for place in read)


def arrays_drawn(kernel: str) -> dict[int, AnyArray]:
    """Arrays among valid arguments, by place."""
    return {place: value for place, value in enumerate(drawn(kernel, 3)) if isinstance(value, np.ndarray)}


def filled_by(kernel: str) -> list[int]:
    """Places of arrays that the kernel may write."""
    return [place for place, letter in enumerate(SIGNATURES[kernel]) if letter.isupper()]


def with_given(kernel: str, given: Mapping[int, object]) -> list[Any]:
    """Valid arguments, but for those given."""
    return [given.get(place, value) for place, value in enumerate(drawn(kernel, 3))]


def refused(kernel: str, place: int, given: object, error: type[Exception], text: str) -> None:
    """Refused by both builds: a call with *given* in one place, and valid arguments in all others."""
    for build in BUILDS:
        with pytest.raises(error, match=f"^kernel {kernel}: argument {place + 1} {re.escape(text)}"):
            build[kernel](*with_given(kernel, {place: given}))


def other_types(valid: np.dtype[Any]) -> list[np.dtype[Any]]:
    """Of another size, of another kind, and in another order of bytes."""
    size = np.dtype(np.float32 if valid == np.float64 else np.float64)
    kind = np.dtype({1: np.int8, 2: np.int16, 4: np.uint32, 8: np.uint64}[valid.itemsize])
    return [size, kind] if valid.itemsize == 1 else [size, kind, valid.newbyteorder()]


@every_kernel
def test_arrays_of_another_type_are_refused(kernel: str) -> None:
    for place, valid in arrays_drawn(kernel).items():
        for other in other_types(valid.dtype):
            refused(kernel, place, np.zeros(valid.shape, dtype=other), TypeError, "has items of type ")


@every_kernel
def test_arrays_with_gaps_are_refused(kernel: str) -> None:
    for place, valid in arrays_drawn(kernel).items():
        refused(kernel, place, np.zeros(2 * valid.size + 4, dtype=valid.dtype)[::2], TypeError, "must be a contiguous array")


@every_kernel
def test_arrays_off_their_places_in_memory_are_refused(kernel: str) -> None:
    for place, valid in arrays_drawn(kernel).items():
        if valid.itemsize > 1:
            off = np.zeros(valid.nbytes + 1, dtype=np.uint8)[1:].view(valid.dtype)
            refused(kernel, place, off, TypeError, "must begin at a multiple of its items' size in memory")


def test_calls_leave_the_references_to_none_as_they_were() -> None:
    nothing, before = np.zeros(0), sys.getrefcount(None)
    for _ in range(1000):
        BUILDS[0]["exp"](nothing, nothing)
    assert abs(sys.getrefcount(None) - before) < 100


def test_empty_arrays_may_lie_anywhere() -> None:
    nothing = np.zeros(9, dtype=np.uint8)[1:1].view(np.float64)
    for build in BUILDS:
        build["exp"](nothing, nothing)


@every_kernel
def test_arrays_an_item_short_are_refused_unless_they_say_how_much_there_is_to_do(kernel: str) -> None:
    for place, valid in arrays_drawn(kernel).items():
        if place not in INPUTS[kernel].sizing:
            refused(kernel, place, valid.ravel()[:-1].copy(), ValueError, "has too few items")


@every_kernel
def test_arrays_to_fill_that_may_not_be_written_are_refused(kernel: str) -> None:
    arrays = arrays_drawn(kernel)
    for place in filled_by(kernel):
        arrays[place].flags.writeable = False
        refused(kernel, place, arrays[place], TypeError, "must be a contiguous array that may be written")


@every_kernel
def test_what_is_no_array_is_refused(kernel: str) -> None:
    for place in arrays_drawn(kernel):
        for other in (None, 1.5, [1.0], "text"):
            refused(kernel, place, other, TypeError, "must be a contiguous array")


@every_kernel
def test_what_is_no_number_is_refused(kernel: str) -> None:
    for place, letter in enumerate(SIGNATURES[kernel]):
        no_numbers = {"n": (None, "text", np.zeros(3), 1j, 1.5, 2**63, -(2**63) - 1), "x": (None, "text", np.zeros(3), 1j)}
        for other in no_numbers.get(letter, ()):
            refused(kernel, place, other, TypeError, "must be a whole number" if letter == "n" else "must be a number")


@every_kernel
def test_whole_numbers_out_of_bounds_are_refused_or_do_no_harm(kernel: str) -> None:
    for place, letter in enumerate(SIGNATURES[kernel]):
        for number in (-(2**62), -1, 0, 2**31, 2**40 + 1, 2**62) if letter == "n" else ():
            for build in BUILDS:
                answered(build[kernel], with_given(kernel, {place: number}))


def answered(call: Callable[..., None], arguments: list[Any]) -> None:
    """Made, or refused with the number of an argument."""
    try:
        call(*arguments)
    except ValueError as error:
        assert re.match("kernel [a-z0-9_]+: argument [0-9]+ (has too few items|is out of range)", str(error))


@every_kernel
def test_a_call_with_too_few_or_too_many_arguments_is_refused(kernel: str) -> None:
    arguments = drawn(kernel, 3)
    for some in ([], arguments[:-1], [*arguments, 1]):
        with pytest.raises(TypeError, match=f"^kernel {kernel} takes {len(arguments)} arguments, not {len(some)}$"):
            getattr(compiled, kernel)(*some)


@every_kernel
def test_a_refused_call_holds_on_to_no_array(kernel: str) -> None:
    first = arrays_drawn(kernel)[0]
    memory = bytearray(first.tobytes())
    with pytest.raises(TypeError):
        getattr(compiled, kernel)(np.frombuffer(memory, dtype=first.dtype), *[None for _ in SIGNATURES[kernel][1:]])
    # Refused by Python as long as somebody holds what is in it.
    memory.append(0)

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from freeagentics.runtime import LeakFinder
from freeagentics.runtime.measuring.leaks import MARKS


@pytest.fixture
def finder() -> Iterator[LeakFinder]:
    made = LeakFinder()
    made.start()
    yield made
    made.stop()
    assert not tracemalloc.is_tracing()


def test_the_line_that_leaks_is_named_and_one_that_does_not_is_not(finder: LeakFinder) -> None:
    leaked, steady = [], []
    for _ in range(MARKS):
        leaked.append(bytearray(20_000))
        steady = [bytearray(500_000)]
        finder.mark()
    assert steady
    (suspect,) = finder.suspects()
    assert suspect.file == __file__
    assert suspect.grown == pytest.approx((MARKS - 1) * 20_000, rel=0.05)
    assert suspect.held == pytest.approx(MARKS * 20_000, rel=0.05)
    with open(__file__, encoding="utf-8") as text:  # noqa: PTH123
        assert "leaked.append" in text.readlines()[suspect.line - 1]
    assert f"{__file__}:{suspect.line} holds 78 KB, 59 KB more than {MARKS - 1} marks ago" in str(suspect)


def test_what_grew_once_and_then_stayed_is_no_leak(finder: LeakFinder) -> None:
    held = []
    for mark in range(3 * MARKS):
        if mark % 2:
            held.append(bytearray(100_000))
        finder.mark()
    assert not finder.suspects()


def test_before_there_are_enough_marks_nobody_is_suspected(finder: LeakFinder) -> None:
    held = []
    for _ in range(MARKS - 1):
        held.append(bytearray(100_000))
        finder.mark()
    assert not finder.suspects()


def test_tracing_that_somebody_else_began_goes_on() -> None:
    tracemalloc.start()
    try:
        finder = LeakFinder()
        finder.start()
        finder.mark()
        finder.stop()
        assert tracemalloc.is_tracing()
        assert not finder.tracing
    finally:
        tracemalloc.stop()


def test_without_tracing_nothing_can_be_marked() -> None:
    with pytest.raises(RuntimeError, match="tracemalloc"):
        LeakFinder().mark()

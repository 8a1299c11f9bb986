from __future__ import annotations

import gc
import threading
import tracemalloc
from collections import deque
from functools import partial

import numpy as np
import pytest

from freeagentics.arrays import F32
from freeagentics.runtime import DeepSize, deep_size

SIZE = 1_000_000


def buffer() -> np.ndarray:
    return np.zeros(SIZE, np.uint8)


class Plain:
    def __init__(self, held: object) -> None:
        self.held = held

    def give(self) -> object:
        return self.held


class Slotted:
    __slots__ = ("__hidden", "open", "unset")

    def __init__(self, held: object) -> None:
        self.open = 1
        self.__hidden = held


class Heir(Slotted):
    def __init__(self, held: object, own: object) -> None:
        super().__init__(held)
        self.own = own


class OneSlot:
    __slots__ = "held"

    def __init__(self, held: object) -> None:
        self.held = held


def test_nothing_costs_nothing() -> None:
    assert deep_size([]) == DeepSize(0, 0)


def test_a_buffer_counts_once_however_often_it_is_held() -> None:
    array = buffer()
    assert deep_size([array, array, [array], {"a": array}, Plain(array)]).buffers == SIZE


def test_views_count_by_their_base_whole_and_once() -> None:
    array = buffer()
    for views in ([array[:10]], [array[:10], array[10:20], array.reshape(1000, -1)[3]], [array[::2], array], [array, array[::2]]):
        assert deep_size([views]).buffers == SIZE


def test_a_view_of_a_view_of_bytes_counts_the_bytes_once() -> None:
    data = bytes(SIZE)
    arrays = [
        np.frombuffer(data, np.uint8),
        np.frombuffer(memoryview(data)[16:], np.uint8),
        np.frombuffer(memoryview(data)[32:], np.uint8)[::2],
    ]
    assert SIZE <= deep_size(arrays).total < SIZE + 2000
    assert SIZE <= deep_size([data, *arrays]).total < SIZE + 2000


@pytest.mark.parametrize("holder", [Plain, Slotted, OneSlot, lambda held: Heir(held, None), lambda held: Heir(None, held)])
def test_attributes_slots_and_what_was_inherited_are_walked(holder: type[Plain]) -> None:
    assert deep_size([holder([{"deep": (buffer(),)}])]).buffers == SIZE


def test_containers_partials_and_bound_methods_are_walked() -> None:
    for held in (
        deque([buffer()]),
        partial(print, buffer()),
        Plain(buffer()).give,
        {1: {2: [buffer()]}},
        frozenset({(Plain(buffer()),)}),
    ):
        assert deep_size([held]).buffers == SIZE


def test_circles_end() -> None:
    one, other = Plain(None), Plain(buffer())
    one.held, other.held = other, [one, other.held]
    assert deep_size([one]).buffers == SIZE


def test_what_is_excluded_is_not_walked() -> None:
    model, own = Plain(buffer()), buffer()
    agent = Plain([model, own])
    assert deep_size([agent]).buffers == 2 * SIZE
    assert deep_size([agent], excluding=[model]).buffers == SIZE
    assert deep_size([agent], excluding=[agent]) == DeepSize(0, 0)


def test_what_would_be_there_without_any_agent_is_not_counted() -> None:
    assert deep_size([np, Plain, print, deep_size, threading.Thread()]) == DeepSize(0, 0)


def test_the_total_is_buffers_and_objects() -> None:
    found = deep_size([Plain(buffer())])
    assert found.buffers == SIZE
    assert 0 < found.objects < 2000
    assert found.total == found.buffers + found.objects


class Agent:
    """A little of everything that an agent holds; shares two tables with all others."""

    def __init__(self, number: int, shared: F32) -> None:
        self.name = f"agent-{number:05d}"
        self.belief = np.zeros((20, 4 + number % 3), np.float32)
        self.window = shared[number : number + 5]
        self.history = [float(number + step) for step in range(20)]
        self.notes = {f"{number}-{key}": np.zeros(number % 50) for key in range(3)}
        self.inner = Slotted(np.zeros(30, np.int64))


def test_the_bill_of_a_population_agrees_with_tracemalloc() -> None:
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        shared = np.zeros(50_000, np.float32)
        population = [Agent(number, shared) for number in range(1000)]
        traced = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert deep_size([population]).total == pytest.approx(traced, rel=0.05)

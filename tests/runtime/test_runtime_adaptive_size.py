from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.runtime import AdaptiveEngine, SerialEngine, open_engine
from freeagentics.runtime.engines.adaptive_size import FIRST_REST, TRIAL, AdaptiveSize


def settle(size: AdaptiveSize, seconds: Callable[[int], float], rounds: int = 400) -> int:
    for _ in range(rounds):
        size.record(seconds(size.size))
    return size.settled


def scaling_to(cores: int) -> Callable[[int], float]:
    return lambda workers: 1 / min(workers, cores) + 0.01 * workers


@pytest.mark.parametrize("initial", [1, 3, 8, 32])
@pytest.mark.parametrize(("seconds", "best"), [(scaling_to(1), 1), (scaling_to(2), 2), (scaling_to(8), 8), (lambda workers: 1.0, 1)])
def test_it_settles_on_what_takes_the_least_time(initial: int, seconds: Callable[[int], float], best: int) -> None:
    found = settle(AdaptiveSize(initial, 32), seconds)
    assert seconds(found) <= seconds(best) * 1.15
    assert found <= 2 * best


def test_where_threads_do_not_help_it_settles_on_one() -> None:
    assert settle(AdaptiveSize(8, 32), lambda workers: 1 + 0.1 * (workers - 1)) == 1


def test_it_rests_longer_and_longer_on_what_it_has_settled_on() -> None:
    size, tried = AdaptiveSize(1, 2), 0
    for _ in range(100 * FIRST_REST):
        tried += size.size == 2
        size.record(1.0)
    assert size.settled == 1
    assert tried <= 10 * TRIAL


def test_it_finds_out_when_the_work_has_changed() -> None:
    size = AdaptiveSize(1, 8)
    assert settle(size, lambda workers: 1.0) == 1
    assert settle(size, scaling_to(8), 3000) == 8


@given(times=st.lists(st.floats(1e-9, 1e3), max_size=300), initial=st.integers(1, 12), most=st.integers(1, 12))
def test_it_stays_within_its_limits_whatever_it_is_told(times: list[float], initial: int, most: int) -> None:
    size = AdaptiveSize(initial, most)
    for seconds in times:
        assert 1 <= size.size <= most
        assert 1 <= size.settled <= most
        size.record(seconds)


def add(number: int, piece: int) -> int:
    return number + piece


def test_the_engine_gives_the_same_whatever_size_it_tries() -> None:
    engine = AdaptiveEngine(4)
    for number in range(20 * TRIAL):
        assert engine.map(partial(add, number), range(9)) == list(range(number, number + 9))
    assert set(engine.sizes) == {"add"}
    assert engine.map(partial(add, 1), []) == []
    engine.close()


def test_one_worker_is_the_callers_own_thread() -> None:
    engine = AdaptiveEngine(2, initial=1)
    assert engine.map(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]
    engine.close()


def test_auto_is_as_many_as_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    for workers in (None, 0):
        engine = open_engine("threads", workers)
        assert isinstance(engine, AdaptiveEngine)
        assert engine.workers == 4
        engine.close()
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    engine = open_engine("threads", 0)
    assert isinstance(engine, SerialEngine)
    engine.close()


@pytest.mark.parametrize(("most", "initial"), [(0, None), (2, 3), (2, 0)])
def test_sizes_that_cannot_be_are_refused(most: int, initial: int | None) -> None:
    with pytest.raises(BadInput, match="workers"):
        AdaptiveEngine(most, initial)

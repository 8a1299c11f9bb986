from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from freeagentics.runtime import Engine, SerialEngine, ThreadEngine, open_engine
from freeagentics.runtime.engines.blas_threads import BlasThreadLimit

PATIENCE = 20.0


@pytest.fixture(params=[0, 1, 4], ids=["serial", "one thread", "threads"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made: Engine = SerialEngine() if request.param == 0 else ThreadEngine(request.param)
    yield made
    made.close()


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info()]


@given(pieces=st.lists(st.integers(), max_size=30))
@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_pieces(workers: int, pieces: list[int]) -> None:
    engine = open_engine("threads", workers)
    try:
        assert engine.map(lambda piece: piece * 2, pieces) == [piece * 2 for piece in pieces]
    finally:
        engine.close()


def test_results_come_in_order_though_pieces_end_in_another() -> None:
    engine = ThreadEngine(3)
    ended = [threading.Event() for _ in range(3)]

    def after_the_next(piece: int) -> int:
        if piece < 2:
            assert ended[piece + 1].wait(PATIENCE)
        ended[piece].set()
        return piece

    assert engine.map(after_the_next, [0, 1, 2]) == [0, 1, 2]
    engine.close()


def test_the_first_error_in_order_is_raised_when_nothing_runs_any_more(engine: Engine) -> None:
    began: list[int] = []
    ended: list[int] = []

    def fail_late(piece: int) -> None:
        began.append(piece)
        try:
            if piece in (2, 5):
                raise ValueError(f"piece {piece}")
        finally:
            ended.append(piece)

    with pytest.raises(ValueError, match="piece 2"):
        engine.map(fail_late, range(8))
    assert sorted(began) == sorted(ended)
    assert engine.map(lambda piece: piece, [1, 2]) == [1, 2]


def test_a_later_piece_that_fails_sooner_does_not_hide_the_first_error() -> None:
    engine = ThreadEngine(2)
    sooner = threading.Event()

    def fail(piece: int) -> None:
        if piece == 0:
            assert sooner.wait(PATIENCE)
        else:
            sooner.set()
        raise ValueError(f"piece {piece}")

    with pytest.raises(ValueError, match="piece 0"):
        engine.map(fail, [0, 1])
    engine.close()


def test_pieces_run_side_by_side() -> None:
    engine = ThreadEngine(3)
    meeting = threading.Barrier(3, timeout=PATIENCE)
    assert sorted(engine.map(lambda _: meeting.wait(), range(3))) == [0, 1, 2]
    engine.close()


@pytest.fixture
def no_engine_is_open() -> None:
    """Other tests may have left models to the collector."""
    gc.collect()


@pytest.mark.usefixtures("no_engine_is_open")
def test_an_engine_that_nobody_closed_gives_blas_its_threads_back_when_it_goes() -> None:
    with threadpool_limits(2):
        engine = open_engine(workers=1)
        assert set(blas_threads()) == {1}
        del engine
        gc.collect()
        assert set(blas_threads()) == {2}


@pytest.mark.usefixtures("no_engine_is_open")
@pytest.mark.parametrize("workers", [1, 2])
def test_blas_has_one_thread_while_an_engine_is_open_and_gets_its_own_back(workers: int) -> None:
    with threadpool_limits(2):
        before = blas_threads()
        engine = open_engine(workers=workers)
        assert set(blas_threads()) == {1}
        engine.close()
        assert blas_threads() == before


def test_closing_ends_the_threads() -> None:
    engine = ThreadEngine(3)
    threads = set(engine.map(lambda _: threading.current_thread(), range(20)))
    engine.close()
    assert not any(thread.is_alive() for thread in threads)


def test_an_engine_is_opened_by_name_and_one_worker_needs_no_pool() -> None:
    for engine, workers in ((open_engine("serial", 8), 1), (open_engine("threads", 1), 1), (open_engine("threads", 3), 3)):
        assert isinstance(engine, ThreadEngine) == (workers > 1)
        assert engine.workers == workers
        engine.close()


def test_by_default_there_is_a_worker_for_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    engine = open_engine()
    assert engine.workers == 5
    engine.close()


@pytest.mark.usefixtures("no_engine_is_open")
def test_the_last_engine_to_close_gives_blas_its_threads_back() -> None:
    with threadpool_limits(2):
        before = blas_threads()
        first, second = SerialEngine(), ThreadEngine(2)
        first.close()
        first.close()
        assert set(blas_threads()) == {1}
        second.close()
        assert blas_threads() == before


@pytest.mark.parametrize("reading", [1, 2])
def test_an_engine_that_is_collected_while_another_is_opened_leaves_the_limit(reading: int) -> None:
    class Collecting(BlasThreadLimit):
        """Lets the other user go in the very moment in which the users are counted."""

        countdown = 0

        def __getattribute__(self, name: str) -> Any:
            if name == "_users" and Collecting.countdown:
                Collecting.countdown -= 1
                if not Collecting.countdown:
                    self.release()
            return super().__getattribute__(name)

    limit, before = Collecting(), threadpool_info()
    limit.acquire()
    Collecting.countdown = reading
    limit.acquire()
    if Collecting.countdown:
        Collecting.countdown = 0
        limit.release()
    assert all(pool["num_threads"] == 1 for pool in threadpool_info() if pool["user_api"] == "blas")
    limit.release()
    assert threadpool_info() == before

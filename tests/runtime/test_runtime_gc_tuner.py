from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.runtime import GCTuner, get_gc_tuner, optimize_gc_for_agents
from freeagentics.runtime.measuring.gc_thresholds import thresholds


class Knot:
    """Refers to itself: only the collector can take it."""

    def __init__(self) -> None:
        self.me = self


def knot() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


@pytest.fixture(autouse=True)
def the_collector_is_left_as_it_was() -> Iterator[None]:
    found = collector()
    yield
    get_gc_tuner().restore()
    assert collector() == found


def collector() -> tuple[object, ...]:
    """How it is set. Hypothesis has a callback of its own."""
    ours = [callback for callback in gc.callbacks if str(callback.__module__).startswith("freeagentics")]
    return gc.get_threshold(), gc.isenabled(), gc.get_freeze_count(), ours


@pytest.fixture(autouse=True, scope="module")
def nothing_is_frozen() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def tuner() -> Iterator[GCTuner]:
    made = GCTuner()
    yield made
    made.restore()


def test_more_agents_mean_rarer_collections_and_pressure_more_of_them(tuner: GCTuner) -> None:
    few, many = tuner.tune(50), tuner.tune(10_000)
    assert few.young < many.young
    pressed = tuner.tune(10_000, memory_limit_mb=1)
    assert pressed.young < many.young
    assert pressed.old < many.old
    assert gc.get_threshold()[0] >= pressed.young


@given(agents=st.integers(0, 10**9), pressure=st.floats(0, 10), patience=st.floats(1, 16))
def test_thresholds_are_always_ones_that_the_interpreter_can_work_with(agents: int, pressure: float, patience: float) -> None:
    made = thresholds(agents, pressure, patience)
    assert 700 <= made.young <= 500_000
    assert made.young <= thresholds(agents + 1, pressure, patience).young
    assert made.young >= thresholds(agents, pressure + 0.1, patience).young


@pytest.mark.parametrize(("agents", "limit"), [(-1, None), (5, 0.0), (5, -3.0), (5, float("nan"))])
def test_numbers_that_cannot_be_meant_are_refused_and_nothing_is_tuned(agents: int, limit: float | None) -> None:
    with pytest.raises(BadInput, match="give"):
        optimize_gc_for_agents(agents, limit)
    assert get_gc_tuner().current is None


def test_restoring_puts_back_what_was_found_even_after_tuning_twice(tuner: GCTuner) -> None:
    found = gc.get_threshold()
    tuner.tune(50)
    tuner.tune(5000, 512)
    assert gc.get_threshold() != found
    tuner.restore()
    tuner.restore()
    assert gc.get_threshold() == found


def test_a_collector_that_was_off_stays_off(tuner: GCTuner) -> None:
    gc.disable()
    try:
        tuner.tune(50)
        left = knot()
        for _ in range(20):
            tuner.between_steps()
        with tuner.GCContextManager(tuner).batch_operation(disable_gc=False):
            assert left() is not None
        tuner.restore()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_between_steps_what_is_due_is_collected(tuner: GCTuner) -> None:
    young = tuner.tune(0).young
    gc.collect()
    assert tuner.between_steps() == 0
    knots = [Knot() for _ in range(young + 100)]
    first = weakref.ref(knots[0])
    knots.clear()
    assert tuner.between_steps() >= young
    assert first() is None


def test_the_older_generations_have_their_turn_too(tuner: GCTuner) -> None:
    tuner.tune(0)
    held = [Knot()]
    first = weakref.ref(held[0])
    gc.collect(0)
    gc.collect(1)
    held.clear()
    for _ in range(200):
        gc.collect(0)
        tuner.between_steps()
    assert first() is None


def test_without_tuning_there_is_nothing_to_do_between_steps() -> None:
    left = knot()
    assert GCTuner().between_steps() == 0
    gc.collect()
    assert left() is None


def test_what_is_frozen_is_out_of_the_collectors_sight_until_it_thaws(tuner: GCTuner) -> None:
    held = [Knot()]
    first = weakref.ref(held[0])
    tuner.freeze()
    assert gc.get_freeze_count() > 0
    held.clear()
    gc.collect()
    assert first() is not None
    tuner.thaw()
    gc.collect()
    assert first() is None


def test_garbage_is_not_frozen(tuner: GCTuner) -> None:
    left = knot()
    tuner.freeze()
    assert left() is None


def test_what_somebody_else_froze_stays_frozen(tuner: GCTuner) -> None:
    gc.freeze()
    count = gc.get_freeze_count()
    try:
        tuner.freeze()
        tuner.restore()
        assert gc.get_freeze_count() >= count // 2
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("stretch", ["batch_operation", "low_latency"])
def test_within_a_stretch_nothing_is_collected(tuner: GCTuner, stretch: str) -> None:
    tuner.tune(0)
    with getattr(tuner.GCContextManager(tuner), stretch)():
        left = [knot() for _ in range(1_000)]
        assert tuner.between_steps() == 0
        assert all(one() is not None for one in left)
        assert not gc.isenabled()
    assert gc.isenabled()
    assert (left[-1]() is None) == (stretch == "batch_operation")


def test_a_batch_may_leave_the_collector_on(tuner: GCTuner) -> None:
    with tuner.GCContextManager(tuner).batch_operation(disable_gc=False):
        assert gc.isenabled()


def test_stretches_nest_and_end_where_they_raise(tuner: GCTuner) -> None:
    contexts = tuner.GCContextManager(tuner)
    with pytest.raises(ZeroDivisionError), contexts.low_latency():
        with contexts.batch_operation(), contexts.low_latency():
            left = knot()
        assert left() is not None
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()


def test_the_collector_keeps_still_until_the_last_thread_has_left(tuner: GCTuner) -> None:
    contexts = tuner.GCContextManager(tuner)
    inside, may_leave = threading.Barrier(5), threading.Event()

    def work() -> None:
        with contexts.low_latency():
            inside.wait(20)
            may_leave.wait(20)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    with contexts.batch_operation():
        inside.wait(20)
    assert not gc.isenabled()
    may_leave.set()
    for thread in threads:
        thread.join()
    assert gc.isenabled()


def test_a_run_tunes_and_freezes_and_leaves_all_as_it_was(tuner: GCTuner) -> None:
    found = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), tuner.run(1000):
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() != found
        raise ZeroDivisionError
    assert gc.get_threshold() == found
    assert gc.get_freeze_count() == 0


def test_of_runs_that_overlap_the_last_to_end_puts_all_back(tuner: GCTuner) -> None:
    found = gc.get_threshold()
    first, second = tuner.run(50), tuner.run(5000)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_freeze_count() > 0
    second.__exit__(None, None, None)
    assert gc.get_threshold() == found
    assert gc.get_freeze_count() == 0


def test_who_had_tuned_before_a_run_is_tuned_after_it(tuner: GCTuner) -> None:
    before = tuner.tune(7)
    with tuner.run(5000):
        assert tuner.current != before
    assert tuner.current == before


def test_collections_that_take_long_become_rarer_and_then_common_again(tuner: GCTuner, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    for module in ("gc_tuner", "gc_meter"):
        monkeypatch.setattr(f"freeagentics.runtime.measuring.{module}.wall_clock", lambda: now[0])
    first = tuner.tune(100).young

    def step(collecting: float) -> None:
        now[0] += 1.0
        tuner._meter.seconds += collecting
        tuner.between_steps()

    for _ in range(64):
        step(0.5)
    assert tuner.current is not None
    assert tuner.current.young == 4 * first
    for _ in range(200):
        step(0.0)
    assert tuner.current.young == first


def test_the_tuner_of_a_process_is_one() -> None:
    assert get_gc_tuner() is get_gc_tuner()
    assert optimize_gc_for_agents(agent_count=50, memory_limit_mb=1024) == get_gc_tuner().current

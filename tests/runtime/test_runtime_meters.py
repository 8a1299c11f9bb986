from __future__ import annotations

import gc
import mmap
import threading
import time
from itertools import count

import numpy as np
import pytest

from freeagentics.runtime import CollectionMeter, PeakMeter

BLOCK_MB = 100
PATIENCE = 20.0


def block() -> np.ndarray:
    """100 MB that are really there, mapped afresh: the heap may have as much to spare from tests before, and then nothing would grow."""
    held = np.frombuffer(mmap.mmap(-1, BLOCK_MB * 1024 * 1024), np.uint8)
    held[:] = 1
    return held


def test_forced_collections_are_counted_with_the_time_they_took(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr("freeagentics.runtime.measuring.gc_meter.wall_clock", lambda: float(next(ticks)))
    meter = CollectionMeter()
    meter.start()
    gc.collect()
    gc.collect()
    meter.stop()
    assert meter.collections >= 2
    assert meter.seconds == meter.collections


def test_collections_before_the_start_and_after_the_stop_do_not_count() -> None:
    meter = CollectionMeter()
    gc.collect()
    meter.start()
    meter.stop()
    counted = meter.collections
    gc.collect()
    meter.stop()
    assert meter.collections == counted
    assert counted <= 1
    assert not [callback for callback in gc.callbacks if getattr(callback, "__self__", None) is meter]


def test_two_meters_do_not_disturb_each_other() -> None:
    outer, inner = CollectionMeter(), CollectionMeter()
    outer.start()
    inner.start()
    gc.collect()
    inner.stop()
    gc.collect()
    outer.stop()
    assert outer.collections > inner.collections >= 1


def test_a_peak_that_is_over_when_the_meter_stops_was_seen() -> None:
    meter = PeakMeter(interval=0.001)
    meter.start()
    held = block()
    deadline = time.monotonic() + PATIENCE
    while meter.peak_mb < meter.start_mb + 0.9 * BLOCK_MB and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    del held
    meter.stop()
    assert meter.peak_mb - meter.start_mb > 0.9 * BLOCK_MB


def test_what_is_held_at_the_stop_is_seen_however_seldom_the_meter_looks() -> None:
    meter = PeakMeter(interval=60)
    meter.start()
    held = block()
    meter.stop()
    assert held[-1] == 1
    assert 0.9 * BLOCK_MB < meter.peak_mb - meter.start_mb < 3 * BLOCK_MB


def test_a_meter_that_stopped_leaves_no_thread_and_one_that_never_started_may_stop() -> None:
    meter = PeakMeter()
    meter.start()
    meter.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "freeagentics-footprint"]
    PeakMeter().stop()

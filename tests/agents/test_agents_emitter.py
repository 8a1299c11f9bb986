from __future__ import annotations

import numpy as np

from freeagentics.agents import SignalKind
from freeagentics.agents.emitter import LastSent, SignalEmitter, severity_of
from freeagentics.arrays import F32
from freeagentics.clock import HOUR_MS
from freeagentics.market import Observation
from freeagentics.signals import Severity

REFRESH = 12
EVERYBODY = np.ones(3, dtype=np.bool_)


def at(step: int, *, hours: int | None = None) -> Observation:
    """An observation of this step, whose market time is as many hours, or *hours*."""
    return Observation(step, (step if hours is None else hours) * HOUR_MS, (), np.zeros((1, 0), np.float32), np.ones(1, np.int64))


def values(*numbers: float) -> F32:
    return np.array(numbers, dtype=np.float32)[:, None]


def sent(*numbers: float, ttl_hours: int = 24) -> LastSent:
    """Three rows that told these numbers at step 1."""
    last = LastSent(3, ttl_hours * HOUR_MS)
    last.record(EVERYBODY, values(*numbers), at(1))
    return last


def test_what_was_never_told_is_worth_telling_even_if_it_is_zero() -> None:
    assert LastSent(3, HOUR_MS).due(values(0, 0, 0), 0.1, REFRESH, at(1)).all()


def test_only_a_change_larger_than_the_threshold_is_worth_telling_again() -> None:
    assert sent(1, 1, 1).due(values(1.5, 1.6, 0.4), 0.5, REFRESH, at(2)).tolist() == [False, True, True]


def test_a_change_in_any_asset_counts() -> None:
    last = LastSent(1, 24 * HOUR_MS, width=2)
    last.record(np.ones(1, np.bool_), np.zeros((1, 2), np.float32), at(1))
    assert last.due(np.array([[0, 0.2]], np.float32), 0.1, REFRESH, at(2)).tolist() == [True]


def test_a_standing_value_is_told_again_after_the_refresh() -> None:
    last = sent(1, 1, 1)
    assert not last.due(values(1, 1, 1), 0.5, REFRESH, at(REFRESH)).any()
    assert last.due(values(1, 1, 1), 0.5, REFRESH, at(1 + REFRESH)).all()


def test_a_standing_value_is_told_again_as_soon_as_others_may_no_longer_go_by_it() -> None:
    last = sent(1, 1, 1, ttl_hours=8)
    assert not last.due(values(1, 1, 1), 0.5, REFRESH, at(2, hours=8)).any()
    assert last.due(values(1, 1, 1), 0.5, REFRESH, at(2, hours=9)).all()


def test_only_the_rows_that_told_are_noted() -> None:
    last = sent(1, 1, 1)
    last.record(np.array([True, False, False]), values(5, 5, 5), at(2))
    assert last.due(values(5, 5, 1), 0.5, REFRESH, at(3)).tolist() == [False, True, False]


def test_who_arrives_has_told_nothing() -> None:
    last = sent(0, 0, 0)
    last.forget(np.array([1]))
    assert last.due(values(0, 0, 0), 0.5, REFRESH, at(2)).tolist() == [False, True, False]


HEEDING = tuple(0b10 if kind is SignalKind.TREND else 0 for kind in SignalKind)
EMITTER = SignalEmitter(
    agent=np.array([7, -1, 9], np.int32),
    desk=np.array([1, 0, 3], np.int32),
    heeding=HEEDING,
    expires=99,
)
DATA = np.arange(6, dtype=np.float32).reshape(3, 2)


def test_free_rows_never_speak() -> None:
    signals = EMITTER.emit(EVERYBODY, SignalKind.TREND, Severity.HIGH, np.full(3, 0.5, np.float32), DATA)
    assert signals.source.tolist() == [7, 9] and signals.desk.tolist() == [1, 3]
    assert signals.data.tolist() == [[0, 1], [4, 5]] and signals.expires.tolist() == [99, 99]
    assert set(signals.audience.tolist()) == {0b10} and set(signals.kind.tolist()) == {SignalKind.TREND}


def test_what_nobody_heeds_is_not_told() -> None:
    assert len(EMITTER.emit(EVERYBODY, SignalKind.TARGET, Severity.HIGH, np.ones(3, np.float32), DATA)) == 0


def test_confidence_stays_between_nothing_and_certainty() -> None:
    signals = EMITTER.emit(EVERYBODY, SignalKind.TREND, Severity.LOW, np.array([-1, 0, 2], np.float32), DATA)
    assert signals.confidence.tolist() == [0, 1]


def test_each_row_may_speak_with_a_severity_of_its_own() -> None:
    severity = severity_of(np.array([0.4, 0.5, 2.0], np.float32))
    signals = EMITTER.emit(EVERYBODY, SignalKind.TREND, severity, np.ones(3, np.float32), DATA)
    assert signals.severity.tolist() == [Severity.LOW, Severity.CRITICAL]
    assert severity_of(np.array([0.99, 1.0, 1.99], np.float32)).tolist() == [Severity.MEDIUM, Severity.HIGH, Severity.HIGH]

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.agents import SignalKind
from freeagentics.agents.desk_limits import DeskLimits
from freeagentics.agents.signal_state import SignalState
from freeagentics.signals import Inbox, Severity

TTL, NOW, EVERYBODY = 1000, 50_000, -1
AGENTS = np.array([10, 11, 12, -1], dtype=np.int32)
SOMEBODY_ELSE = 99


@dataclass(frozen=True)
class Message:
    row: int
    number: int
    kind: SignalKind = SignalKind.TREND
    value: float = 1.0
    source: int = SOMEBODY_ELSE
    age: int = 0
    severity: Severity = Severity.LOW
    confidence: float = 0.5
    step: int = 3


def inbox(*said: Message) -> Inbox:
    """An inbox of these signals over two assets, sorted as the board sorts it."""
    rows = sorted(said, key=lambda one: (one.row, one.number))
    return Inbox(
        row=np.array([one.row for one in rows], dtype=np.int32),
        number=np.array([one.number for one in rows], dtype=np.int64),
        delivery=np.arange(len(rows), dtype=np.int64),
        source=np.array([one.source for one in rows], dtype=np.int32),
        desk=np.zeros(len(rows), dtype=np.int32),
        kind=np.array([one.kind for one in rows], dtype=np.uint8),
        severity=np.array([one.severity for one in rows], dtype=np.uint8),
        confidence=np.array([one.confidence for one in rows], dtype=np.float32),
        age_ms=np.array([one.age for one in rows], dtype=np.int64),
        expires=np.array([NOW - one.age + TTL for one in rows], dtype=np.int64),
        step=np.array([one.step for one in rows], dtype=np.int32),
        data=np.array([[one.value, -one.value] for one in rows], dtype=np.float32).reshape(-1, 2),
        read_watermark=0,
    )


def hearing(*said: Message) -> SignalState:
    """Four rows, the last of them free, that heard this now."""
    heard = SignalState(4, 2)
    heard.hear(inbox(*said), AGENTS, NOW)
    return heard


def test_the_latest_of_a_kind_wins() -> None:
    heard = hearing(Message(0, 4, value=4), Message(0, 7, value=7), Message(0, 9, kind=SignalKind.LIMIT, value=9))
    assert heard.latest(SignalKind.TREND, NOW)[0].tolist() == [7, -7]
    heard.hear(inbox(Message(0, 12, value=12)), AGENTS, NOW)
    assert heard.latest(SignalKind.TREND, NOW)[0].tolist() == [12, -12]
    assert heard.latest(SignalKind.LIMIT, NOW)[0].tolist() == [9, -9]


def test_a_broadcast_reaches_all_rows_but_its_source() -> None:
    heard = hearing(Message(EVERYBODY, 5, value=2, source=11))
    assert heard.latest(SignalKind.TREND, NOW)[:3, 0].tolist() == [2, 0, 2]
    assert heard.received[:3].tolist() == [1, 0, 1]


def test_a_newer_broadcast_wins_over_what_was_said_to_one_alone() -> None:
    heard = hearing(Message(EVERYBODY, 8, value=8), Message(0, 5, value=5), Message(1, 9, value=9))
    assert heard.latest(SignalKind.TREND, NOW)[:3, 0].tolist() == [8, 9, 8]


def test_a_signal_is_valid_until_it_expires() -> None:
    heard = hearing(Message(0, 1), Message(1, 2, age=400))
    last = NOW + TTL - 1
    assert heard.fresh(SignalKind.TREND, NOW).tolist() == [True, True, False, False]
    assert heard.fresh(SignalKind.TREND, NOW + 599).tolist() == [True, True, False, False]
    assert heard.fresh(SignalKind.TREND, NOW + 600).tolist() == [True, False, False, False]
    assert heard.latest(SignalKind.TREND, last)[0].tolist() == [1, -1]
    assert heard.latest(SignalKind.TREND, last + 1)[0].tolist() == [0, 0]


def test_what_arrived_is_counted_anew_in_every_step() -> None:
    heard = hearing(
        Message(0, 1, severity=Severity.HIGH, confidence=0.2),
        Message(0, 2, kind=SignalKind.VETO, severity=Severity.LOW, confidence=0.4),
        Message(EVERYBODY, 3, severity=Severity.MEDIUM, confidence=0.9),
    )
    assert heard.received[:2].tolist() == [3, 1]
    assert heard.top_severity[:2].tolist() == [Severity.HIGH, Severity.MEDIUM]
    np.testing.assert_allclose(heard.mean_confidence[:2], [0.5, 0.9], rtol=1e-6)
    heard.hear(inbox(), AGENTS, NOW)
    assert not heard.received.any() and not heard.top_severity.any() and not heard.mean_confidence.any()


def test_causes_stand_in_the_order_asked_for_and_the_first_that_is_there_is_the_parent() -> None:
    heard = hearing(
        Message(0, 21, kind=SignalKind.SENTIMENT, source=4, step=6),
        Message(0, 20, kind=SignalKind.TREND, source=3, step=5),
        Message(1, 22, kind=SignalKind.SENTIMENT, source=7, step=6),
        Message(2, 23, kind=SignalKind.TARGET, source=8, step=6, age=TTL),
    )
    anyhow, only_the_second = np.ones(4, dtype=np.bool_), np.arange(4) == 1
    kinds = tuple((kind, anyhow) for kind in (SignalKind.TARGET, SignalKind.TREND, SignalKind.SENTIMENT))
    numbers, source, step = heard.causes(kinds, NOW, 3)
    assert numbers.tolist() == [[20, 21, -1], [22, -1, -1], [-1, -1, -1], [-1, -1, -1]]
    assert source.tolist() == [3, 7, -1, -1]
    assert step.tolist() == [5, 6, -1, -1]
    assert heard.causes(kinds, NOW, 1)[0].tolist() == [[20], [22], [-1], [-1]]
    assert heard.causes(((SignalKind.SENTIMENT, only_the_second),), NOW, 1)[0].tolist() == [[-1], [22], [-1], [-1]]


def test_of_two_risk_managers_the_stricter_is_heeded_until_it_says_otherwise() -> None:
    heard = hearing(Message(0, 1, kind=SignalKind.LIMIT, value=0.3, source=4), Message(0, 2, kind=SignalKind.LIMIT, value=0.8, source=5))
    assert heard.limit(NOW).tolist() == [np.float32(0.3), 1, 1, 1]
    heard.hear(inbox(Message(0, 3, kind=SignalKind.LIMIT, value=0.2, source=5), Message(1, 4, kind=SignalKind.VETO, source=5)), AGENTS, NOW)
    assert heard.limit(NOW)[:2].tolist() == [np.float32(0.2), 0]
    heard.hear(inbox(Message(0, 5, kind=SignalKind.LIMIT, value=0.9, source=5)), AGENTS, NOW)
    heard.hear(inbox(Message(1, 6, kind=SignalKind.VETO, value=0, source=4)), AGENTS, NOW)
    assert heard.limit(NOW)[:2].tolist() == [np.float32(0.9), 0]
    assert heard.limit(NOW + TTL).tolist() == [1, 1, 1, 1]


def test_where_nothing_is_in_force_the_limit_is_what_the_reader_says() -> None:
    heard = hearing(Message(0, 1, kind=SignalKind.LIMIT, value=0.25), Message(1, 2, kind=SignalKind.VETO))
    assert heard.vetoed(NOW).tolist() == [False, True, False, False]
    assert np.array_equal(heard.limit(NOW, np.nan), np.array([0.25, 0, np.nan, np.nan], dtype=np.float32), equal_nan=True)


def recorded(*said: tuple[int, int, SignalKind, float, int]) -> np.ndarray:
    """Signals on record: desk, source, kind, value of two assets, market time at which they expire."""
    fields = [("number", "<i8"), ("source", "<i4"), ("desk", "<i4"), ("kind", "u1"), ("confidence", "<f4"), ("expires", "<i8")]
    records = np.zeros(len(said), dtype=[*fields, ("data", "<f4", (2,))])
    for row, (desk, source, kind, value, expires) in zip(records, said, strict=True):
        row["desk"], row["source"], row["kind"], row["data"], row["expires"] = desk, source, kind, value, expires
    return records


def test_limits_of_desks_are_in_force_as_their_agents_heed_them_and_until_they_expire() -> None:
    desks = DeskLimits(3)
    limit, veto, trend = SignalKind.LIMIT, SignalKind.VETO, SignalKind.TREND
    desks.update(recorded((0, 4, limit, 0.5, 100), (0, 5, limit, 0.75, 900), (1, 6, veto, 1, 200), (2, 7, trend, 1, 900)), 1, 0)
    assert np.array_equal(desks.limit, [0.5, 0, np.nan], equal_nan=True)
    assert desks.vetoed.tolist() == [False, True, False]
    desks.update(recorded((0, 5, limit, 0.25, 150)), 2, 50)
    assert desks.limit[0] == 0.25
    desks.update(None, 3, 200)
    assert np.isnan(desks.limit).all() and not desks.vetoed.any()


def test_who_arrives_has_heard_nothing() -> None:
    heard = hearing(Message(0, 1), Message(1, 2))
    heard.forget(np.array([0]))
    assert heard.fresh(SignalKind.TREND, NOW).tolist() == [False, True, False, False]
    assert heard.causes(((SignalKind.TREND, np.ones(4, dtype=np.bool_)),), NOW, 1)[1].tolist() == [-1, SOMEBODY_ELSE, -1, -1]


said = st.builds(
    Message,
    row=st.integers(-1, 2),
    number=st.integers(0, 10_000),
    kind=st.sampled_from(SignalKind),
    value=st.floats(-2, 2, width=32),
    source=st.sampled_from([10, 11, 12, SOMEBODY_ELSE]),
    age=st.integers(0, 2 * TTL),
)


def stricter(before: Message | None, now: Message) -> bool:
    """Whether what another risk manager said before still binds more tightly."""
    if before is None or before.age >= TTL or before.source == now.source:
        return False
    return (now.kind == SignalKind.LIMIT and before.value < now.value) or (now.kind == SignalKind.VETO and before.value > now.value)


@given(st.lists(st.lists(said, max_size=8, unique_by=lambda one: one.number), min_size=1, max_size=3))
def test_every_row_hears_what_a_plain_list_of_its_signals_says(steps: list[list[Message]]) -> None:
    heard, ears = SignalState(4, 2), [dict[SignalKind, Message](), dict[SignalKind, Message](), dict[SignalKind, Message]()]
    for arrived in steps:
        heard.hear(inbox(*arrived), AGENTS, NOW)
        for one in sorted(arrived, key=lambda one: one.number):
            for row, ear in enumerate(ears):
                meant = one.row == row or (one.row == EVERYBODY and one.source != AGENTS[row])
                if meant and not stricter(ear.get(one.kind), one):
                    ear[one.kind] = one
    for row, ear in enumerate(ears):
        for kind in SignalKind:
            expected = ear[kind].value if kind in ear and ear[kind].age < TTL else 0
            assert heard.latest(kind, NOW)[row, 0] == np.float32(expected)

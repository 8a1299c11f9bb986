from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from signals_town import EVERYONE, HUNTER, HUNTERS, LATE, TRADER, TRADERS, TTL, board, signal, to, town

from freeagentics.signals import Board, Directory, Inbox, Severity, Signals, Status


def said(*signals: Signals, timestamp: int = 0, directory: Directory | None = None) -> Board:
    """A board on which these signals are visible."""
    one = board(directory)
    for batch in signals:
        one.publish(replace(batch, expires=np.full(len(batch), timestamp + TTL)), step=1, timestamp=timestamp)
    one.deliver()
    return one


def rows(inbox: Inbox) -> list[tuple[int, int]]:
    return list(zip(inbox.row.tolist(), inbox.number.tolist(), strict=True))


def test_a_signal_reaches_the_named_role_on_its_own_desk_only() -> None:
    one = said(signal(0, to(TRADER)))
    assert rows(one.inbox(TRADERS, 0)) == [(0, 0), (2, 0)]
    assert rows(one.inbox(HUNTERS, 0)) == []


def test_a_signal_to_two_roles_reaches_both() -> None:
    one = said(signal(1, to(HUNTER, TRADER)))
    assert rows(one.inbox(TRADERS, 0)) == [(1, 0), (3, 0)]
    assert rows(one.inbox(HUNTERS, 0)) == [(3, 0)]


def test_an_agent_never_receives_its_own_signal() -> None:
    one = said(signal(0, to(HUNTER)), signal(0, EVERYONE))
    assert one.query(now=0, target=0).number.tolist() == []
    assert one.query(now=0, target=2).number.tolist() == [0, 1]
    assert (0, 0) not in rows(one.inbox(HUNTERS, 0))


def test_an_inbox_tells_the_signal_as_it_was_published() -> None:
    one = board()
    told = signal(3, to(TRADER), kind=1, severity=Severity.HIGH, confidence=0.25, value=-7.0, timestamp=100)
    one.publish(told, step=5, timestamp=100)
    one.deliver()
    inbox = one.inbox(TRADERS, 130)
    assert len(inbox) == 2
    assert inbox.source.tolist() == [3, 3]
    assert inbox.desk.tolist() == [1, 1]
    assert inbox.kind.tolist() == [1, 1]
    assert inbox.severity.tolist() == [Severity.HIGH] * 2
    assert inbox.confidence.tolist() == [0.25] * 2
    assert inbox.age_ms.tolist() == [30, 30]
    assert inbox.expires.tolist() == [100 + TTL] * 2
    assert inbox.step.tolist() == [5, 5]
    assert inbox.data.tolist() == [[-7.0, -7.0]] * 2


def test_nobody_reads_a_signal_of_its_own_phase() -> None:
    one = board()
    one.publish(signal(0, to(TRADER)), step=1, timestamp=0)
    one.publish(signal(0, EVERYONE), step=1, timestamp=0)
    assert len(one.inbox(TRADERS, 0)) == 0
    assert len(one.query(now=0)) == 0
    assert len(one.query(now=0, target=4)) == 0
    assert one.live == 0
    one.deliver()
    assert len(one.inbox(TRADERS, 0)) == 3
    assert one.live == 2


def test_a_broadcast_stands_once_in_each_inbox_before_the_rows() -> None:
    one = said(signal(0, to(TRADER)), signal(0, EVERYONE))
    assert rows(one.inbox(TRADERS, 0)) == [(-1, 1), (0, 0), (2, 0)]
    assert rows(one.inbox(LATE, 0)) == [(-1, 1)]


def test_a_signal_is_read_up_to_but_not_at_its_expiry() -> None:
    one = said(signal(0, to(TRADER)), signal(0, EVERYONE), timestamp=50)
    assert len(one.inbox(TRADERS, 50 + TTL - 1)) == 3
    assert len(one.inbox(TRADERS, 50 + TTL)) == 0
    assert len(one.query(now=50 + TTL - 1)) == 2
    assert len(one.query(now=50 + TTL)) == 0


def test_expiry_forgets_exactly_what_has_expired() -> None:
    one = board()
    for timestamp in (0, 1):
        one.publish(signal(0, to(TRADER), timestamp=timestamp), step=timestamp, timestamp=timestamp)
    one.deliver()
    one.expire(TTL - 1)
    assert one.live == 2
    one.expire(TTL)
    assert one.live == 1
    assert one.inbox(TRADERS, 0).number.tolist() == [1, 1]


def test_a_signal_may_live_shorter_than_those_before_it() -> None:
    one, brief = board(), replace(signal(1, EVERYONE), expires=np.array([10]))
    for told in (signal(0, EVERYONE), brief):
        one.publish(told, step=1, timestamp=0)
    one.deliver()
    one.expire(10)
    assert one.query(now=10).number.tolist() == one.inbox(TRADERS, 10).number.tolist() == [0]
    one.expire(TTL)
    assert one.live == 0


def test_an_expiry_spares_the_open_phase() -> None:
    one = board()
    one.publish(signal(0, EVERYONE), step=1, timestamp=0)
    one.expire(TTL)
    one.deliver()
    assert one.live == 1
    assert len(one.inbox(TRADERS, TTL)) == 0


def test_numbers_have_no_gaps_after_everything_was_forgotten() -> None:
    one = said(signal(0, EVERYONE), signal(1, EVERYONE))
    one.expire(TTL)
    one.publish(signal(2, EVERYONE, timestamp=TTL), step=2, timestamp=TTL)
    one.deliver()
    assert one.query(now=TTL).number.tolist() == [2]


def test_a_delivery_turns_from_pending_to_processed_by_the_decision_of_that_step() -> None:
    one = said(signal(0, to(TRADER)))
    before = one.query(now=0, target=4)
    assert (before.status.tolist(), before.processed_step.tolist()) == ([Status.PENDING], [-1])
    number, target = one.process(one.inbox(TRADERS, 0), TRADERS, step=9)
    assert (number.tolist(), target.tolist()) == ([0, 0], [4, 6])
    after = one.query(now=0, target=4)
    assert (after.status.tolist(), after.processed_step.tolist()) == ([Status.PROCESSED], [9])
    assert len(one.inbox(TRADERS, 0)) == 0


def test_what_one_cohort_processes_stays_pending_for_another() -> None:
    one = said(signal(2, to(HUNTER)))
    one.process(one.inbox(HUNTERS, 0), HUNTERS, step=3)
    assert one.query(now=0, target=0).status.tolist() == [Status.PROCESSED]
    assert one.query(now=0, target=8).status.tolist() == [Status.PENDING]
    assert rows(one.inbox(LATE, 0)) == [(0, 0)]


def test_processing_the_same_inbox_twice_keeps_the_first_decision() -> None:
    one = said(signal(0, to(TRADER)))
    inbox = one.inbox(TRADERS, 0)
    one.process(inbox, TRADERS, step=2)
    number, target = one.process(inbox, TRADERS, step=3)
    assert len(number) == len(target) == 0
    assert one.query(now=0, target=4).processed_step.tolist() == [2]


def test_an_inbox_can_be_processed_after_its_signals_were_forgotten() -> None:
    one = said(signal(0, to(TRADER)))
    inbox = one.inbox(TRADERS, 0)
    one.expire(TTL)
    assert len(one.process(inbox, TRADERS, step=2)[0]) == 0


def test_another_cohorts_inbox_is_refused() -> None:
    one = said(signal(0, to(TRADER)))
    with pytest.raises(ValueError, match="delivery 0 is not to an agent of cohort 10"):
        one.process(one.inbox(TRADERS, 0), HUNTERS, step=2)


def test_each_cohort_sees_a_broadcast_once() -> None:
    one = said(signal(0, EVERYONE))
    number, _ = one.process(one.inbox(TRADERS, 0), TRADERS, step=1)
    assert len(number) == 0
    assert len(one.inbox(TRADERS, 0)) == 0
    assert rows(one.inbox(HUNTERS, 0)) == [(-1, 0)]
    assert one.query(now=0, target=4).status.tolist() == [Status.UNTRACKED]


def test_a_broadcast_that_came_after_the_inbox_was_read_is_not_lost() -> None:
    one = said(signal(0, EVERYONE))
    inbox = one.inbox(TRADERS, 0)
    one.publish(signal(1, EVERYONE), step=1, timestamp=0)
    one.deliver()
    one.process(inbox, TRADERS, step=1)
    assert rows(one.inbox(TRADERS, 0)) == [(-1, 1)]


def test_reading_changes_nothing() -> None:
    one = said(signal(0, to(TRADER)), signal(3, EVERYONE))
    before = one.state()
    first, second = one.inbox(TRADERS, 5), one.inbox(TRADERS, 5)
    assert rows(first) == rows(second)
    after = one.state()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_who_takes_a_freed_row_does_not_read_its_predecessors_signals() -> None:
    directory = town()
    one = said(signal(0, to(TRADER)), directory=directory)
    directory.remove(4)
    newcomer = directory.add(TRADER, [4], TRADERS, [0])
    assert rows(one.inbox(TRADERS, 0)) == [(2, 0)]
    assert len(one.query(now=0, target=int(newcomer[0]))) == 0
    one.publish(signal(0, to(TRADER)), step=2, timestamp=0)
    one.deliver()
    assert rows(one.inbox(TRADERS, 0)) == [(0, 1), (2, 0), (2, 1)]


def test_nobody_is_shown_what_was_told_to_others_only() -> None:
    one = said(signal(0, to(TRADER)), signal(1, to(TRADER)), signal(3, EVERYONE))
    assert one.query(now=0, target=4).number.tolist() == [0, 2]
    assert one.query(now=0, target=5).number.tolist() == [1, 2]
    assert one.query(now=0, target=0).number.tolist() == [2]
    assert one.query(now=0).number.tolist() == [0, 1, 2]


def test_a_query_narrows_by_kind_and_status() -> None:
    one = said(signal(0, to(TRADER)), signal(0, to(TRADER), kind=1), signal(1, EVERYONE, kind=1))
    assert one.query(now=0, kind=1).number.tolist() == [1, 2]
    assert one.query(now=0, target=4, kind=1, status=Status.PENDING).number.tolist() == [1]
    assert len(one.query(now=0, target=4, status=Status.PROCESSED)) == 0


def test_a_listing_tells_when_a_signal_expires() -> None:
    listing = said(signal(0, EVERYONE), timestamp=70).query(now=70)
    assert (listing.timestamp.tolist(), listing.expires.tolist(), listing.step.tolist()) == ([70], [70 + TTL], [1])

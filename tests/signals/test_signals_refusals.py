from __future__ import annotations

import pytest
from signals_town import EVERYONE, TRADER, TTL, board, signal, to, town

from freeagentics.signals import Board, Signals, Status


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"target": 9}, "no agent 9"),
        ({"target": -1}, "no agent -1"),
        ({"kind": 2}, r"no kind 2, kinds are 0..1 \(whale, crash\)"),
        ({"status": Status.PENDING}, "name the target"),
    ],
)
def test_a_query_for_what_does_not_exist_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        board().query(now=0, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (signal(9, EVERYONE), "row 1: source is 9, it must be in 0..8"),
        (signal(0, EVERYONE, kind=2), "row 1: kind is 2, it must be in 0..1"),
        (signal(0, EVERYONE, severity=4), "row 1: severity is 4, it must be in 0..3"),
        (signal(0, EVERYONE, confidence=1.5), "row 1: confidence is 1.5, it must be in 0..1"),
        (signal(0, EVERYONE, confidence=-0.5), "row 1: confidence is -0.5"),
        (signal(0, EVERYONE, confidence=float("nan")), "row 1: confidence is nan"),
        (signal(0, to(2)), "row 1: audience is 4, it must be in 0..3"),
    ],
)
def test_a_wrong_signal_is_refused_by_its_row_and_nothing_of_its_batch_is_kept(wrong: Signals, message: str) -> None:
    one = board()
    with pytest.raises(ValueError, match=message):
        one.publish(Signals.concatenate([signal(0, EVERYONE), wrong]), step=1, timestamp=0)
    one.deliver()
    assert one.live == 0


def test_a_signal_cannot_be_sent_from_another_desk() -> None:
    stray = signal(0, to(TRADER))
    stray.desk[0] = 1
    with pytest.raises(ValueError, match="row 0: desk is 1, it must be that of its source: agent 0 is on desk 0"):
        board().publish(stray, step=1, timestamp=0)


def test_signals_over_other_assets_are_refused() -> None:
    with pytest.raises(ValueError, match="data has 3 assets, the board has 2"):
        board().publish(Signals.empty(3), step=1, timestamp=0)


def test_market_time_does_not_go_back() -> None:
    one = board()
    one.publish(signal(0, EVERYONE), step=1, timestamp=10)
    with pytest.raises(ValueError, match="timestamp 9 lies before 10"):
        one.publish(signal(0, EVERYONE), step=2, timestamp=9)
    one.publish(signal(0, EVERYONE), step=2, timestamp=20)
    with pytest.raises(ValueError, match="timestamp 15 lies before 20"):
        one.publish(signal(0, EVERYONE), step=3, timestamp=15)


def test_a_board_in_an_open_phase_is_neither_saved_nor_replaced() -> None:
    one = board()
    closed = one.state()
    one.publish(signal(0, EVERYONE), step=1, timestamp=0)
    with pytest.raises(RuntimeError, match="1 signals of an open phase"):
        one.state()
    with pytest.raises(RuntimeError, match="1 signals of an open phase"):
        one.load(closed)


def test_a_state_over_other_assets_is_refused() -> None:
    other = Board(("whale",), town(), assets=5)
    with pytest.raises(ValueError, match=r"signal_data: rows of shape \(2,\), here they are \(5,\)"):
        other.load(board().state())


def test_a_board_without_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="board: 0 kinds"):
        Board((), town(), assets=1)


def test_a_signal_that_has_expired_when_it_is_published_is_refused() -> None:
    with pytest.raises(ValueError, match=f"row 0: expires is {TTL}, it must lie after {TTL}, when it is published"):
        board().publish(signal(0, EVERYONE), step=1, timestamp=TTL)

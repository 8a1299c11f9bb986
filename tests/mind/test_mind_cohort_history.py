from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from freeagentics.arrays import U8, ArrayState
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.mind import CohortHistory

ROWS, MAX_SIZE, WIDTH = 4, 150, 2


def records(step: int) -> U8:
    return (np.arange(ROWS * WIDTH) * 7 + step // 3).astype(np.uint8).reshape(ROWS, WIDTH)


class LikeLists(RuleBasedStateMachine):
    """A cohort's history beside a plain list a row, through packing, saving and loading."""

    def __init__(self) -> None:
        super().__init__()
        self.history = CohortHistory(ROWS, MAX_SIZE, WIDTH)
        self.plain: list[list[U8]] = [[] for _ in range(ROWS)]
        self.step = 0

    @rule(steps=st.integers(1, 130))
    def lives(self, steps: int) -> None:
        for _ in range(steps):
            self.step += 1
            now = records(self.step)
            self.history.append(now)
            for row, past in enumerate(self.plain):
                past.append(now[row])

    @rule(rows=st.lists(st.integers(0, ROWS - 1), unique=True))
    def forgets(self, rows: list[int]) -> None:
        self.history.forget(np.array(rows, np.int64))
        for row in rows:
            self.plain[row] = []

    @rule(row=st.integers(0, ROWS - 1), share=st.floats(0, 1))
    def is_given_others(self, row: int, share: float) -> None:
        count = int(share * len(self.history))
        given = np.arange(count * WIDTH, dtype=np.uint8).reshape(count, WIDTH)[::-1]
        self.history.replace(row, given)
        self.plain[row] = list(given)

    @rule()
    def packs(self) -> None:
        self.history.pack()

    @rule()
    def is_saved_and_loaded(self) -> None:
        state = self.history.state()
        self.history = CohortHistory(ROWS, MAX_SIZE, WIDTH)
        self.history.append(records(99))
        self.history.load(state)
        again = self.history.state()
        assert {name: array.tobytes() for name, array in state.items()} == {name: array.tobytes() for name, array in again.items()}

    @invariant()
    def reads_the_same(self) -> None:
        for row, past in enumerate(self.plain):
            for n in (0, 1, 70, 10**9):
                expected = past[-MAX_SIZE:][-n:] if n else []
                read = self.history.recent(row, n)
                assert read.shape == (len(expected), WIDTH)
                assert read.dtype == np.uint8
                assert read.tolist() == [entry.tolist() for entry in expected]

    @invariant()
    def holds_no_more_than_it_keeps(self) -> None:
        assert len(self.history) == min(self.step, MAX_SIZE)
        assert self.history.nbytes < 64 * ROWS * WIDTH + 4 * (33 + 64 * ROWS * WIDTH) + 400


LikeLists.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestLikeLists = LikeLists.TestCase


@pytest.mark.parametrize("given", [(151, WIDTH), (5, WIDTH + 1), (5,)])
def test_records_that_do_not_fit_are_refused(given: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="at most 150 records of 2 bytes"):
        filled().replace(0, np.zeros(given, np.uint8))


def filled(steps: int = 200) -> CohortHistory:
    history = CohortHistory(ROWS, MAX_SIZE, WIDTH)
    for step in range(steps):
        history.append(records(step))
    return history


def test_packed_it_takes_fewer_bytes_and_goes_on_as_if_it_had_not_been() -> None:
    history, packed = filled(), filled()
    packed.pack()
    assert packed.nbytes < history.nbytes
    for each in (history, packed):
        each.append(records(5))
    assert packed.state()["blocks"].tobytes() == history.state()["blocks"].tobytes()
    assert packed.state()["open"].tobytes() == history.state()["open"].tobytes()


def test_it_is_part_of_the_state_of_what_holds_it_whatever_its_length() -> None:
    class Holder(ArrayState):
        def __init__(self) -> None:
            self.level = np.zeros(2)
            self.history = CohortHistory(ROWS, MAX_SIZE, WIDTH)

    one, other = Holder(), Holder()
    one.history = filled()
    other.load(one.state())
    assert other.history.recent(2, 100).tobytes() == one.history.recent(2, 100).tobytes()


def test_what_was_handed_in_and_out_is_not_what_is_held() -> None:
    history, now = filled(1), records(7)
    history.append(now)
    expected = history.recent(0, 5).tolist()
    now[:] = 0
    history.recent(0, 5)[:] = 0
    history.state()["open"][:] = 0
    assert history.recent(0, 5).tolist() == expected


@pytest.mark.parametrize("wrong", [np.zeros((ROWS, WIDTH), np.int64), np.zeros((ROWS + 1, WIDTH), np.uint8), np.zeros(ROWS, np.uint8)])
def test_records_of_another_shape_or_type_are_refused(wrong: U8) -> None:
    with pytest.raises(BadInput, match="uint8"):
        filled().append(wrong)


@pytest.mark.parametrize(("row", "n"), [(-1, 1), (ROWS, 1), (0, -1)])
def test_a_row_that_is_not_there_is_refused(row: int, n: int) -> None:
    with pytest.raises(BadInput):
        filled().recent(row, n)


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_history_of_nothing_is_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(BadInput):
        CohortHistory(*sizes)


def test_the_state_of_another_cohort_is_refused() -> None:
    with pytest.raises(ValueError, match="4 rows"):
        filled().load(CohortHistory(ROWS + 1, MAX_SIZE, WIDTH).state())
    with pytest.raises(ValueError, match="state"):
        filled().load({})


def test_damaged_blocks_are_named_as_such() -> None:
    state = filled().state()
    for damaged in ({"blocks": state["blocks"][:-1]}, {"open": state["open"][:1]}):
        with pytest.raises(CorruptRecord):
            filled().load(state | damaged)
    state["blocks"][:] ^= 255
    history = filled()
    history.load(state)
    with pytest.raises(CorruptRecord, match="damaged"):
        history.recent(0, 100)

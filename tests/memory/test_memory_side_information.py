from __future__ import annotations

import numpy as np

from freeagentics.memory.codec import SideInformation

STEPS, ASSETS, COLUMNS = 4, 3, 2
OWN = np.arange(STEPS * ASSETS * COLUMNS, dtype=np.float32).reshape(STEPS, ASSETS, COLUMNS)
BOOK = np.arange(STEPS * 5, dtype=np.float32).reshape(STEPS, 5)
FOCUS = np.array([2, 0, 1, 2])


def test_the_asset_in_focus_is_shown_of_ones_own_step_and_the_book_after_it() -> None:
    expected = np.array([OWN[step, asset] for step, asset in enumerate(FOCUS)])
    assert np.array_equal(SideInformation(OWN).in_focus(FOCUS), expected)
    assert np.array_equal(SideInformation(OWN, BOOK).in_focus(FOCUS), np.hstack([expected, BOOK]))
    assert np.array_equal(SideInformation(OWN[0], BOOK).in_focus(FOCUS), np.hstack([OWN[0][FOCUS], BOOK]))


def test_some_memories_have_their_own_steps_and_books_or_share_the_step() -> None:
    chosen = np.array([3, 1])
    own, shared = SideInformation(OWN, BOOK).rows(chosen), SideInformation(OWN[0]).rows(chosen)
    assert np.array_equal(own.values, OWN[chosen])
    assert own.book is not None and np.array_equal(own.book, BOOK[chosen])
    assert (shared.values is OWN[0] or np.array_equal(shared.values, OWN[0]), shared.book) == (True, None)
    assert (own.assets, shared.assets) == (ASSETS, ASSETS)

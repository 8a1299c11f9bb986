from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.agents.signal_policy import Message, SignalPolicy
from freeagentics.arrays import F32

BULL, BEAR, CALM, TURBULENT = np.eye(4, dtype=np.float32)
POLICY = SignalPolicy()

beliefs = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda parts: np.array([parts], np.float32) / np.float32(sum(parts)))


def message(regimes: F32) -> Message:
    return Message(int(POLICY.message_probabilities(regimes[None])[0].argmax()))


def test_turbulence_is_warned_of_where_it_is_likely_and_nowhere_else() -> None:
    assert message(TURBULENT) is Message.TURBULENCE
    assert {message(regimes) for regimes in (BULL, BEAR, CALM)} == {Message.NOTHING}


@given(beliefs)
def test_each_message_has_a_probability(regimes: F32) -> None:
    chosen = POLICY.message_probabilities(regimes)
    assert (chosen >= 0).all()
    assert chosen.sum() == pytest.approx(1, abs=1e-5)


@given(beliefs, st.floats(0, 1))
def test_who_takes_the_market_for_more_turbulent_warns_no_less(regimes: F32, share: float) -> None:
    more = regimes * np.float32(1 - share) + TURBULENT * np.float32(share)
    warned, warned_more = (POLICY.message_probabilities(belief)[0, Message.TURBULENCE] for belief in (regimes, more))
    assert warned_more >= warned - 1e-5

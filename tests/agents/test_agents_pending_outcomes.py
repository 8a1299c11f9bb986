"""Outcomes that are pending: what was decided is judged by what came of it, a horizon later."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.pending_outcomes import PendingOutcomes
from freeagentics.agents.view import Outcomes

HORIZON = 3


def test_a_stance_is_rewarded_where_the_market_went_its_way_and_the_result_is_that_of_the_asset_in_focus() -> None:
    pending = PendingOutcomes(3, HORIZON, 2)
    pending.record(5, np.array([[1.0, 0.0], [-0.5, 0.5], [0.0, 0.0]], np.float32), np.array([0, 1, 1]))
    result, reward = pending.judge(Outcomes(5, HORIZON, np.array([2.0, -1.0], np.float32)))
    assert result.tolist() == [2.0, -1.0, -1.0]
    assert reward.tolist() == [1.0, -0.75, 0.0]


def test_every_step_of_the_horizon_is_judged_by_its_own_stance() -> None:
    pending = PendingOutcomes(1, HORIZON, 1)
    for step in range(20):
        pending.record(step, np.array([[step]], np.float32), np.array([0]))
        if step >= HORIZON:
            then = step - HORIZON
            assert pending.judge(Outcomes(then, HORIZON, np.array([1.0], np.float32)))[1].tolist() == [then]

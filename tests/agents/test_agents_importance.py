"""Importance of an experience: what is surprising, large or worth telling is kept longer, and what had consequences longest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from freeagentics.agents.decision import Decisions
from freeagentics.agents.experience import action
from freeagentics.memory import FEATURES, Ranking, Recalled, RecallIndex, column


def weighed(surprise: float, size: float, told: int) -> float:
    """Importance of one experience."""
    states, none, one = np.zeros((1, len(FEATURES)), np.float32), np.zeros(1, np.float32), np.zeros((1, 1), np.float32)
    states[0, column("surprise")] = surprise
    marks = {"action": np.zeros(1, np.uint8), "explored": np.zeros(1, np.bool_), "published": np.array([told], np.int32)}
    choice = SimpleNamespace(size=np.array([size], np.float32), confidence=none, stance=one, **marks)
    recalled = Recalled(one.astype(np.int32), one, one, one, one, none, none)
    return float(action(states, cast(Decisions, choice), recalled, none, np.zeros(1, np.int64))[0] / 255)


@pytest.mark.parametrize(
    ("experience", "worth"),
    [
        ((0, 0, 0), 0.0),
        ((4, 0, 0), 0.25),
        ((8, 0, 0), 0.5),
        ((80, 0, 0), 0.5),
        ((-3, 0, 0), 0.0),
        ((0, 0.5, 0), 0.2),
        ((0, 1, 0), 0.4),
        ((0, 0, 1), 0.1),
        ((0, 0, 9), 0.1),
        ((8, 1, 2), 1.0),
    ],
)
def test_an_experience_matters_by_its_surprise_its_size_and_whether_it_was_told(experience: tuple[float, float, int], worth: float) -> None:
    assert weighed(*experience) == pytest.approx(worth, abs=1 / 510)


@pytest.mark.parametrize(("result", "more"), [(0.0, 0.0), (2.0, 0.5), (-2.0, 0.5), (4.0, 1.0), (-9.0, 1.0)])
def test_a_large_outcome_either_way_makes_an_experience_matter_more(result: float, more: float) -> None:
    index = RecallIndex(1, 12, 5, horizon=4, ranking=Ranking(500, 0.12), doubt=10)
    index.remember(np.zeros((1, 5), np.uint8), np.array([0.25], np.float32), 1)
    index.attach_outcomes(1, np.array([result], np.float32), np.zeros(1, np.float32))
    assert index.importance[0, 1] == pytest.approx(0.25 + more)

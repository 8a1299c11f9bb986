"""Importance of an experience: what is surprising, large or worth telling is kept longer, and what had consequences longest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from freeagentics.agents.decision import Decisions
from freeagentics.agents.experience import importance
from freeagentics.arrays import F32
from freeagentics.memory import FEATURES, Ranking, RecallIndex, column


def weighed(surprise: float, size: float, told: int) -> float:
    """Importance of one experience."""
    states = np.zeros((1, len(FEATURES)), dtype=np.float32)
    states[0, column("surprise")] = surprise
    made: F32 = np.array([size], dtype=np.float32)
    choice = SimpleNamespace(size=made, published=np.array([told], dtype=np.int32))
    return float(importance(states, cast(Decisions, choice))[0])


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
    assert weighed(*experience) == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize(("result", "more"), [(0.0, 0.0), (2.0, 0.5), (-2.0, 0.5), (4.0, 1.0), (-9.0, 1.0)])
def test_a_large_outcome_either_way_makes_an_experience_matter_more(result: float, more: float) -> None:
    index = RecallIndex(1, 12, 5, horizon=4, ranking=Ranking(500, 0.12), doubt=10)
    index.remember(np.zeros((1, 5), np.uint8), np.array([0.25], np.float32), 1)
    index.attach_outcomes(1, np.array([result], np.float32), np.zeros(1, np.float32))
    assert index.importance[0, 1] == pytest.approx(0.25 + more)

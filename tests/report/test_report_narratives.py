"""Stories name what decided, and cannot contradict themselves."""

from __future__ import annotations

import pytest

from freeagentics.report.narratives.deciding import executor_went_by, optimizer_went_by, risk_manager_went_by

VIEW = {"trend_heard": 0.17, "sentiment_heard": 0.0, "expected_return": 0.12, "before_memories": 0.12, "limit": 0.95, "target": 0.6}
ORDER = {"target": 0.34, "wanted": 0.34, "limit": 0.95, "weight": 0.52}
NO_BREAK = "\u202f"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "heard +0.17 sd from the hunter, weighed +0.12 sd"),
        ({"limit": 0.0, "target": 0.0}, "was under a veto, so that nothing may be held"),
        ({"limit": 0.6}, "heard +0.17 sd from the hunter, weighed +0.12 sd, kept to the limit of 60 %"),
        ({"expected_return": 0.3}, "heard +0.17 sd from the hunter, with memories +0.30 sd"),
        ({"expected_return": 0.0}, "heard +0.17 sd from the hunter, gave that no weight, planned its neutral weight"),
        ({"trend_heard": 0.0, "expected_return": 0.0}, "had no view, planned its neutral weight"),
        ({"sentiment_heard": -0.16}, "heard +0.17 sd from the hunter and \u22120.16 sd from the analyzer, weighed +0.12 sd"),
    ],
)
def test_an_optimizer_went_by_what_it_heard_and_by_its_limit(changes: dict[str, float], told: str) -> None:
    assert optimizer_went_by(VIEW | changes).replace(NO_BREAK, " ") == told


@pytest.mark.parametrize(
    ("changes", "target_told", "told"),
    [
        ({}, True, "held 52 % of equity in it; the target was 34 %"),
        ({}, False, "held 52 % of equity in it; no target stood, so that its neutral weight of 34 % counted"),
        ({"limit": 0.0, "wanted": 0.0}, True, "held 52 % of equity in it under a veto, which allows nothing"),
        (
            {"limit": 0.2, "wanted": 0.2},
            True,
            "held 52 % of equity in it; the target was 34 %, cut to 20 % by the limit of 20 %",
        ),
    ],
)
def test_an_executor_went_by_a_target_a_limit_or_a_veto(changes: dict[str, float], target_told: bool, told: str) -> None:
    assert executor_went_by(ORDER | changes, told=target_told).replace(NO_BREAK, " ") == told


def test_a_risk_manager_went_by_risk_and_by_memories_where_they_lowered_its_limit() -> None:
    reasons = {"value_at_risk": 0.021, "drawdown": 0.05, "before_memories": 0.5, "limit": 0.5}
    seen = f"saw a value-at-risk of 2.1{NO_BREAK}% and a drawdown of 5.0{NO_BREAK}%"
    assert risk_manager_went_by(reasons) == seen
    assert risk_manager_went_by(reasons | {"limit": 0.34}) == f"{seen}, and lowered its limit of 50{NO_BREAK}% by memories"

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.runtime import Alert, AlertRules, FootprintLimit, Sample
from freeagentics.runtime.measuring.alerts import WINDOW, WINDOWS

LONG = WINDOW * (WINDOWS + 1)


def raised(samples: Iterable[dict[str, Any]]) -> list[Alert]:
    rules = AlertRules()
    return [alert for at, given in enumerate(samples) for alert in rules.check(Sample(at, **given))]


def kinds(samples: Iterable[dict[str, Any]]) -> list[tuple[float, str]]:
    return [(alert.at, alert.kind) for alert in raised(samples)]


@given(rss=st.lists(st.floats(1, 100), max_size=200))
def test_a_process_far_from_its_limit_raises_nothing_about_it(rss: list[float]) -> None:
    assert not [kind for _, kind in kinds({"rss_mb": mb, "limit_mb": 200.0} for mb in rss) if kind.startswith("limit")]


def test_nearing_the_limit_is_raised_once_and_passing_it_once() -> None:
    levels = [700, 799, 801, 900, 999, 1001, 1200, 1001]
    assert kinds({"rss_mb": mb, "limit_mb": 1000} for mb in levels) == [(2, "limit-near"), (5, "limit-passed")]


def test_an_alert_is_raised_again_only_after_the_figure_had_calmed_down() -> None:
    levels = [81, 79, 81, 73, 81, 71, 81]
    assert kinds({"rss_mb": mb, "limit_mb": 100} for mb in levels) == [(0, "limit-near"), (6, "limit-near")]


def test_without_a_limit_there_is_none_to_pass() -> None:
    assert not raised([{"rss_mb": 1e9}])


def test_a_message_is_one_line_with_its_figures() -> None:
    (alert,) = raised([{"rss_mb": 430, "limit_mb": 512}])
    assert alert.message == "resident set 430 MB is 84% of the limit of 512 MB"


def test_the_collectors_time_and_a_large_agent_are_raised() -> None:
    samples: list[dict[str, Any]] = [
        {"rss_mb": 1, "gc_overhead": 0.09},
        {"rss_mb": 1, "gc_overhead": 0.2, "largest_agent": "whale", "largest_mb": 15.5},
    ]
    first, second = raised(samples)
    assert (first.kind, first.message) == ("gc-overhead", "garbage collection takes 20% of wall time")
    assert (second.kind, second.message) == ("agent-footprint", "agent whale holds 15.5 MB, more than 15")


def test_growth_that_never_pauses_is_raised() -> None:
    (alert,) = raised({"rss_mb": 100 + 0.5 * at} for at in range(LONG))
    assert alert.kind == "growth"
    assert alert.at == LONG - 1
    assert "grew by 20.0 MB" in alert.message


def test_growth_that_the_bill_explains_is_none() -> None:
    assert not raised({"rss_mb": 100 + at, "attributed_mb": float(at)} for at in range(3 * LONG))


def test_growth_that_ends_is_none() -> None:
    assert not raised({"rss_mb": min(100 + at, 120)} for at in range(3 * LONG))


@given(height=st.floats(0, 500), period=st.integers(2, WINDOW))
def test_what_comes_and_goes_is_no_growth(height: float, period: int) -> None:
    assert not raised({"rss_mb": 100 + height * (at % period)} for at in range(4 * LONG))


@given(step=st.floats(0, 0.9))
def test_growth_too_small_to_matter_is_none(step: float) -> None:
    assert not raised({"rss_mb": 1000 + 4 * step * (at // WINDOW)} for at in range(2 * LONG))


def test_growth_is_not_raised_again_while_it_lasts() -> None:
    assert len(raised({"rss_mb": 100 + at} for at in range(5 * LONG))) == 1


def test_hibernation_begins_once_near_the_limit_and_stays() -> None:
    limit = FootprintLimit(1000)
    assert limit.check(1, 799) is None
    assert not limit.hibernating
    begun = limit.check(2, 810)
    assert begun is not None
    assert begun.message == "resident set 810 MB is 81% of the limit of 1,000 MB: agents hibernate between uses from here on"
    assert limit.check(3, 2000) is None
    assert limit.check(4, 10) is None
    assert limit.hibernating


@pytest.mark.parametrize("share", [0.79, 0.81])
def test_the_level_of_the_first_alert_is_four_fifths(share: float) -> None:
    assert bool(raised([{"rss_mb": share, "limit_mb": 1.0}])) == (share > 0.8)

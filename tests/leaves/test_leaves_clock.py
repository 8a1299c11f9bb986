from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.clock import DAY_MS, HOUR_MS, MINUTE_MS, duration, iso, moment, spacing, wall_clock

timestamps = st.integers(-10 * 365 * DAY_MS, 150 * 365 * DAY_MS)


def test_market_time_reads_as_utc() -> None:
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(1_652_104_800_000) == "2022-05-09T14:00:00Z"
    assert iso(1_652_104_800_007) == "2022-05-09T14:00:00.007Z"


@given(timestamps)
def test_market_time_as_text_loses_nothing(timestamp: int) -> None:
    assert round(datetime.fromisoformat(iso(timestamp)).timestamp() * 1000) == timestamp


def test_wall_time_never_goes_back() -> None:
    readings = [wall_clock() for _ in range(1000)]
    assert readings == sorted(readings)


@pytest.mark.parametrize(
    ("ms", "reads"),
    [
        (6000, "6 s"),
        (1500, "1 s 500 ms"),
        (250, "250 ms"),
        (0, "0 ms"),
        (12 * MINUTE_MS, "12 min"),
        (90 * MINUTE_MS, "1 h 30 min"),
        (2 * DAY_MS + 1000, "2 d"),
        (50 * HOUR_MS, "2 d 2 h"),
    ],
)
def test_a_duration_reads_in_its_two_largest_units(ms: int, reads: str) -> None:
    assert duration(ms) == reads


@pytest.mark.parametrize(
    ("times", "reads"),
    [
        ([1_652_104_800_000, 1_652_108_400_000], "2022-05-09 14:00"),
        ([1_652_104_800_000], "2022-05-09 14:00"),
        ([1_652_104_800_000, 1_652_104_801_000, 1_652_104_861_000], "2022-05-09 14:00:00"),
        ([1_652_104_800_000, 1_652_104_800_250], "2022-05-09 14:00:00.000"),
    ],
)
def test_a_moment_reads_as_far_as_tells_it_from_the_next(times: list[int], reads: str) -> None:
    assert moment(times[0], spacing(times)) == reads

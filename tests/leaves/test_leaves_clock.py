from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from freeagentics.clock import DAY_MS, iso, wall_clock

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

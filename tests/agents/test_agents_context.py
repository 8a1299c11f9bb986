from __future__ import annotations

import pytest
from pydantic import ValidationError

from freeagentics.agents.context import MemorySettings


@pytest.mark.parametrize(("slots", "horizon", "fits"), [(20, 9, True), (20, 10, False), (21, 9, False), (22, 10, True)])
def test_half_of_the_slots_are_more_than_the_horizon(slots: int, horizon: int, fits: bool) -> None:
    if fits:
        assert MemorySettings(slots=slots, horizon=horizon).slots == slots
        return
    with pytest.raises(ValidationError, match="slots must be even and more than twice the horizon"):
        MemorySettings(slots=slots, horizon=horizon)

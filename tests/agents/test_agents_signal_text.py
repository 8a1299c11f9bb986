from __future__ import annotations

import pytest

from freeagentics.agents import SignalKind
from freeagentics.agents.signal_kinds import signal_text


@pytest.mark.parametrize("kind", SignalKind)
def test_every_kind_has_words(kind: SignalKind) -> None:
    assert signal_text(kind, {"BTC": 0.5, "ETH": 0.0})
    assert "in BTC" not in signal_text(kind, {"BTC": 0.0, "ETH": 0.0})


def test_assets_are_named_where_the_signal_says_something_of_them() -> None:
    assert signal_text(SignalKind.TREND, {"BTC": 0.75, "SOL": 0.0, "ETH": -0.5}) == "expected return +0.75 sd in BTC, -0.50 sd in ETH"
    assert signal_text(SignalKind.TARGET, {"BTC": 0.0, "ETH": 0.0}) == "target weight 0%"


def test_limits_and_vetoes_are_of_all_assets() -> None:
    assert signal_text(SignalKind.LIMIT, {"BTC": 0.4, "ETH": 0.4}) == "exposure at most 40%"
    assert signal_text(SignalKind.VETO, {"BTC": 1.0, "ETH": 1.0}) == "hold nothing"
    assert signal_text(SignalKind.VETO, {"BTC": 0.0, "ETH": 0.0}) == "veto lifted"


def test_kinds_have_the_numbers_under_which_journals_hold_them() -> None:
    names = ("WHALE_ACTIVITY", "TREND", "VOLATILITY", "SENTIMENT", "LIMIT", "VETO", "TARGET")
    assert [(kind.name, int(kind)) for kind in SignalKind] == [(name, number) for number, name in enumerate(names)]

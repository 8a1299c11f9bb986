"""What a scenario says of its market, and what is said of bars that hardly do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from model_worlds import made_bars

from freeagentics.errors import BadScenario
from freeagentics.market import Terms
from freeagentics.scenario import load_scenario
from freeagentics.scenario.market_setup import open_market, steps_that_fit


def overrides(tmp_path: Path, bars: int, **market: object) -> dict[str, object]:
    """A replay of so many made bars."""
    path = tmp_path / "made.parquet"
    pl.DataFrame(made_bars(bars)).write_parquet(path)
    return {"market.bars": str(path), "market.daily": "", **{f"market.{key}": value for key, value in market.items()}}


def test_terms_of_trade_are_those_of_the_scenario() -> None:
    assert open_market(load_scenario("quick")).terms == Terms(fee_ppm=500, impact_bps=10.0)
    changes = {"market.fee_bps": 1, "market.impact_bps": 2, "market.shared_impact": True, "market.max_participation": 0.1}
    assert open_market(load_scenario("quick", changes)).terms == Terms(100, 2.0, shared_impact=True, max_participation=0.1)


@pytest.mark.parametrize(("bars", "warmup"), [(150, 168), (30, 30)])
def test_a_warm_up_that_leaves_nothing_to_trade_is_refused_and_says_what_to_set(tmp_path: Path, bars: int, warmup: int) -> None:
    changes = overrides(tmp_path, bars, warmup=warmup)
    message = (
        rf"has {bars} bars and a warm-up takes {warmup} of them, so none is left to trade; set it lower, e.g. market.warmup={bars // 4}"
    )
    with pytest.raises(BadScenario, match=message):
        steps_that_fit("btc-replay", changes)
    with pytest.raises(BadScenario, match=message):
        open_market(load_scenario("btc-replay", changes | {"steps": 1}))


@pytest.mark.parametrize(
    ("bars", "told"), [(170, "2 of 170 bars are left to trade after a warm-up of 168; market.warmup sets it"), (400, "")]
)
def test_a_warm_up_that_leaves_less_than_itself_is_named(tmp_path: Path, bars: int, told: str) -> None:
    changes = overrides(tmp_path, bars)
    market = open_market(load_scenario("btc-replay", changes | {"steps": steps_that_fit("btc-replay", changes)}))
    assert market.notes == ((told,) if told else ())


def test_more_steps_than_bars_are_refused_with_what_would_leave_more(tmp_path: Path) -> None:
    with pytest.raises(
        BadScenario, match=r"steps: 50 asked for, but .* has 10 bars after a start at bar 40; ask for .* a smaller market.warmup"
    ):
        open_market(load_scenario("btc-replay", overrides(tmp_path, 50, warmup=40) | {"steps": 50}))

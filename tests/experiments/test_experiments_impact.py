from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_runner import called

from freeagentics import load_scenario
from freeagentics.errors import BadInput
from freeagentics.experiments.impact import Impact, Order, impact

SMALL = {
    "agents.count": 5,
    "market.warmup": 12,
    "market.auction.rounds": 4,
    "market.auction.crowd.traders": 40,
    "market.auction.crowd.noise_traders": 40,
}
SHORT = Order(bars=2, at=4, after=3)


@pytest.mark.parametrize("crowd_alone", [True, False])
def test_a_larger_order_moves_the_price_further_its_own_way(crowd_alone: bool) -> None:
    found = impact(load_scenario("floor", SMALL), [3.0, 0.5], 1, SHORT, crowd_alone=crowd_alone)
    assert found.sizes == (0.5, 3.0)
    assert found.paths.shape == (1, 2, 5)
    small, large = found.paths[0, :, 1]
    assert 0 < small < large


def test_impact_of_a_sale_counts_its_own_way_too() -> None:
    found = impact(load_scenario("floor", SMALL), [3.0], 1, Order(side="sell", bars=2, at=4, after=1), crowd_alone=True)
    assert found.paths[0, 0, 1] > 0


def test_frames_tell_of_means_with_intervals_and_the_power_of_size() -> None:
    random, sizes = np.random.default_rng(3), (0.25, 1.0, 4.0)
    ends = 100 * np.sqrt(sizes) + random.normal(0, 1, (40, 3))
    found = Impact(Order(bars=1, after=1), sizes, np.stack([ends, 0.5 * ends], axis=-1))
    power, low, high = found.exponent()
    assert low < power < high
    assert power == pytest.approx(0.5, abs=0.01)
    row = found.size_frame().row(1, named=True)
    assert row["size"] == 1
    assert row["end_low"] < row["end"] < row["end_high"]
    assert row["given_back"] == pytest.approx(0.5)
    assert found.path_frame().filter(bar=1)["impact"].to_list() == pytest.approx((0.5 * ends.mean(axis=0)).tolist())


def test_a_price_that_went_the_other_way_has_no_power_and_gave_nothing_back() -> None:
    found = Impact(Order(bars=1, after=1), (1.0, 2.0), np.full((2, 2, 2), -1.0))
    assert np.isnan(found.exponent()).all()
    assert found.size_frame()["given_back"].is_nan().all()


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    settings = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    words = ("impact", "floor", "--crowd", "--sizes", "1", "--seeds", 1, "--at", 3, "--after", 2, *settings)
    said = called(*words, "--side", "sell", cwd=tmp_path).stdout
    assert "2 bars later" in said
    assert "an order to sell over 1 bar, 1 seed;" in said
    told = json.loads(called(*words, "--json", cwd=tmp_path).stdout)
    assert [row["bar"] for row in told["paths"]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("btc-replay",), 'impact takes market.kind = "auction"'),
        (("floor", "--side", "short"), "--side short: give buy or sell"),
        (("floor", "--sizes", "1;2"), "--sizes 1;2: give numbers, e.g. --sizes 0.1,1"),
        (("floor", "--crowd", "--sizes", "-1"), "size: Input should be greater than 0"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(words: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    done = called("impact", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_an_order_needs_a_step_before_it() -> None:
    with pytest.raises(BadInput, match="orders from step 2 on"):
        impact(load_scenario("floor", SMALL), [1.0], 1, Order(at=1))

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_runner import called

from freeagentics import run
from freeagentics.errors import BadInput
from freeagentics.experiments.facts import FIGURES, Series, by_fact, judge, measure, observed, windows
from freeagentics.experiments.facts.bootstrap import intervals
from freeagentics.market import load_bars

NAMES = [figure.name for figure in FIGURES]


def noise(bars: int = 5000, seed: int = 1) -> Series:
    random = np.random.default_rng(seed)
    return Series(0.01 * random.standard_normal(bars), random.standard_normal(bars))


def bitcoin(bars: int = 5000) -> Series:
    return Series.of(load_bars("btcusdt-1h").head(bars + 1))


def of(series: Series) -> dict[str, float]:
    return dict(zip(NAMES, measure(series).tolist(), strict=True))


def test_eleven_facts_have_twenty_figures() -> None:
    assert (len(set(NAMES)), len({figure.fact for figure in FIGURES})) == (20, 11)


def test_noise_has_none_of_the_facts() -> None:
    found = of(noise(20_000))
    near_zero = [
        "autocorrelation 1",
        "excess kurtosis",
        "skewness",
        "size autocorrelation 10",
        "leverage",
        "size and volume",
        "coarse to fine",
    ]
    assert [name for name in near_zero if abs(found[name]) > 0.12] == []
    # Of a binomial count of rare events variance is a bit less than the mean.
    assert found["Fano factor"] == pytest.approx(0.95, abs=0.15)


def test_figures_find_what_is_put_into_noise() -> None:
    plain = noise()
    wild = np.where(np.arange(5000) // 250 % 2, 3.0, 1.0)
    clustered = of(Series(plain.returns * wild, plain.volume + wild))
    assert clustered["size autocorrelation 10"] > 0.2
    assert clustered["size and volume"] > 0.3
    assert clustered["excess kurtosis"] > 1
    assert clustered["conditional kurtosis"] < clustered["excess kurtosis"]
    assert of(Series(plain.returns[1:] + 0.5 * plain.returns[:-1], plain.volume[1:]))["autocorrelation 1"] == pytest.approx(0.4, abs=0.05)
    assert of(Series(np.append(plain.returns, -0.2), np.append(plain.volume, 0.0)))["skewness"] < -0.5


def test_intervals_lie_around_what_was_found_and_shrink_with_more_bars() -> None:
    few = bitcoin(2000)
    low, high = intervals(few, times=60)
    assert (low <= measure(few)).all()
    assert (measure(few) <= high).all()
    wide, narrow = (intervals(noise(bars), times=60) for bars in (1000, 16_000))
    place = NAMES.index("size autocorrelation 1")
    assert np.diff(narrow[:, place])[0] < np.diff(wide[:, place])[0]


def test_real_bars_hold_all_facts_against_themselves_and_noise_does_not() -> None:
    real = judge(bitcoin(), ["btcusdt-1h"])
    assert set(real["verdict"]) == {"inside"}
    assert set(by_fact(real)["verdict"]) == {"holds"}
    made = dict(by_fact(judge(noise(), ["btcusdt-1h", "btcusdt-15m"])).select("fact", "verdict").iter_rows())
    assert made["volatility clustering"] == made["heavy tails"] == made["slow decay"] == "does not"
    assert len(made) == 11


def test_windows_are_as_long_as_what_is_judged() -> None:
    assert len(windows(["btcusdt-1h"], 2000)) == 10
    assert len(windows(["btcusdt-1h", "btcusdt-15m"], 60_000)) == 7
    with pytest.raises(BadInput, match=r"no window of 5,000 bars in us-stocks-1d; give bars that are longer"):
        windows(["us-stocks-1d"], 5000)


def test_the_bars_of_a_run_are_those_that_its_scenario_shows_again(tmp_path: Path) -> None:
    for name in ("quick", "floor"):
        made = run(name, agents=5, steps=12, seed=3, overrides={"run.checkpoint_every": 5}, out=tmp_path / name)
        assert observed(made.path).close.ravel() == pytest.approx(made.model_frame["price"].to_numpy(), rel=1e-9)
    assert observed("quick", steps=12, seed=3).close.tolist() == observed(tmp_path / "quick").close.tolist()
    with pytest.raises(BadInput, match="its steps and its seed are what they are"):
        observed(tmp_path / "quick", steps=3)


def test_too_few_bars_or_none_that_move_are_refused() -> None:
    with pytest.raises(BadInput, match="300 bars of BTCUSDT: facts take more than 500"):
        Series.of(load_bars("btcusdt-1h").head(300))


def test_the_command_prints_a_verdict_for_each_fact(tmp_path: Path) -> None:
    whole = ("facts", "btc-replay", "--steps", 520, "--against", "btcusdt-1h")
    done = called(*whole, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "volatility clustering: " in done.stdout
    assert "of 20 figures lie within those of real bars" in done.stdout
    told = json.loads(called(*whole, "--json", cwd=tmp_path).stdout)
    assert (told["bars"], len(told["figures"]), len(told["facts"])) == (520, 20, 11)
    refused = called(*whole, "--symbol", "BTCUSD", cwd=tmp_path)
    assert (refused.returncode, "BTCUSDT" in refused.stderr) == (2, True)

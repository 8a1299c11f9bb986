"""Experiments: points, pairs, runs that fail, and directories."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import BadInput, Experiment, ablate, compare, run, sweep
from freeagentics.errors import BadScenario
from freeagentics.experiments.points import ablations, grid
from freeagentics.market import load_bars
from freeagentics.scenario import load_scenario

SMALL = {"agents.count": 5}

FAILING = """
from freeagentics import Action, Role

class Mine(Role):
    name = "mine"
    phase = 0
    actions = ("wait",)

    def decide(self, seen, signals, memories):
        if self.random.integers(2**62) % 2 == PARITY and seen.step == 3:
            raise ValueError("no more")
        return Action("wait")
"""


def test_points_are_run_with_the_same_seeds() -> None:
    found = sweep("quick", {"market.fee_bps": [0, 50]}, seeds=[3, 4], steps=15, overrides=SMALL)
    assert found.frame.select("market.fee_bps", "seed").rows() == [(0, 3), (50, 3), (0, 4), (50, 4)]
    assert found.errors.is_empty()
    assert found.differences.filter(measure="return")["contrast"].to_list() == ["market.fee_bps=50"]


def test_memory_makes_no_difference_where_nothing_is_remembered_yet() -> None:
    found = ablate("whale-pump", "memory", seeds=2, steps=8, overrides=SMALL, margins={"return": 0.002})
    assert found.differences["mean"].to_list() == [0.0] * found.differences.height
    assert found.frame["trajectory_sha256"].n_unique() == 2
    assert found.differences.filter(measure="return")["p_equivalence"].to_list() == [0.0]


def test_a_difference_is_that_of_each_seed_and_not_of_the_means_of_other_seeds() -> None:
    found = sweep("whale-pump", {"market.fee_bps": [5, 100]}, seeds=3, steps=40, overrides=SMALL)
    low, high = (found.frame.filter(point=f"market.fee_bps={fee}").sort("seed")["return"] for fee in (5, 100))
    assert found.pairs("market.fee_bps=100", "market.fee_bps=5", "return").tolist() == (high - low).to_list()


def test_what_is_left_out_has_a_point_each_and_a_plus_makes_one_of_several() -> None:
    points, contrasts = ablations(load_scenario("whale-pump"), ["memory", "whales", "memory+signals", "risk-manager+market-hunter"])
    assert [dict(point.settings) for point in points] == [
        {},
        {"memory.enabled": False},
        {"market.left_out": ["whales"]},
        {"memory.enabled": False, "signals.enabled": False},
        {"agents.left_out": ["risk-manager", "market-hunter"]},
    ]
    assert [contrast.of for contrast in contrasts] == ["complete"] * 4


def test_a_sweep_has_all_combinations() -> None:
    points, contrasts = grid({"a": [1, 2], "b": ["x", "y"]})
    assert [point.name for point in points] == ["a=1, b=x", "a=1, b=y", "a=2, b=x", "a=2, b=y"]
    assert {contrast.against for contrast in contrasts} == {"a=1, b=x"}


def failing(folder: Path, parity: str) -> Path:
    (folder / "mine.py").write_text(FAILING.replace("PARITY", parity))
    (folder / "mine.toml").write_text('steps = 5\n[plugins]\nfiles = ["mine.py"]\n[agents]\ncount = 1\n[agents.team]\nmine = 1\n')
    return folder / "mine.toml"


def test_a_walk_forward_gives_each_seed_a_stretch_of_the_bars_of_its_own() -> None:
    found = ablate("btc-replay", "memory", seeds=3, steps=10, overrides=SMALL, walk_forward=True)
    starts = found.frame.filter(point="complete")["start"].to_list()
    bars = load_bars("btcusdt-1h")
    assert [int(np.searchsorted(bars.timestamps, start.timestamp() * 1000)) for start in starts] == [168, 10890, len(bars) - 10]
    assert found.frame.filter(point="without memory")["start"].to_list() == starts
    assert found.frame["trajectory_sha256"].n_unique() == 6 and found.errors.is_empty()
    assert datetime.fromisoformat(json.loads(json.dumps(found.to_json()))["runs"][0]["start"]) == starts[0]


def test_a_walk_forward_needs_bars_that_are_replayed_and_room_for_its_steps() -> None:
    with pytest.raises(BadScenario, match="null-market: a walk forward goes over bars that are replayed"):
        ablate("null-market", "memory", seeds=2, walk_forward=True)
    with pytest.raises(BadScenario, match="steps: 30000 asked for, but btcusdt-1h has 21455 bars"):
        ablate("btc-replay", "memory", seeds=2, steps=30_000, walk_forward=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_fails_is_a_row_and_not_the_end(jobs: int, tmp_path: Path) -> None:
    found = sweep(failing(tmp_path, "1"), {"market.fee_bps": [5]}, seeds=6, jobs=jobs)
    assert 0 < found.errors.height < 6
    assert all("no more" in error and "mine-0000 at step 3" in error for error in found.errors["error"])
    assert found.errors["return"].null_count() == found.errors.height
    assert found.frame.filter(pl.col("error").is_null())["return"].null_count() == 0


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "sweep"
    kept_sweep(folder)
    return folder


def kept_sweep(folder: Path, seeds: int = 2) -> Experiment:
    return sweep("quick", {"market.fee_bps": [0, 5]}, seeds=seeds, steps=10, overrides=SMALL, out=folder)


def test_what_is_finished_is_not_run_again(kept: Path) -> None:
    before = kept_sweep(kept)
    file = sorted((kept / "runs").iterdir())[0]
    row = json.loads(file.read_text())
    file.write_text(json.dumps(row | {"return": 0.5}))
    assert 0.5 in kept_sweep(kept).frame["return"].to_list()
    file.unlink()
    assert kept_sweep(kept).frame.equals(before.frame)
    assert pl.read_parquet(kept / "runs.parquet").equals(before.frame)


def test_the_directory_of_another_experiment_is_refused(kept: Path) -> None:
    with pytest.raises(BadInput, match="another experiment is in it .*seeds"):
        kept_sweep(kept, seeds=3)


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(BadInput, match="holds no experiment"):
        kept_sweep(tmp_path)


def test_what_cannot_be_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such faculty, source or role; did you mean 'memory'"):
        ablate("quick", "memry", out=tmp_path / "out")
    with pytest.raises(BadScenario, match=r"market\.fee_bps"):
        sweep("quick", {"market.fee_bps": [0, -1]}, out=tmp_path / "out")
    with pytest.raises(BadInput, match="no such measure"):
        ablate("quick", "memory", margins={"retrun": 0.1}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_runs_are_compared_with_the_first_and_doubles_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / f"run-{fee}-{seed}" for fee in (0, 20) for seed in (1, 2)]
    for path in paths:
        _, fee, seed = path.name.split("-")
        run("quick", agents=5, steps=10, seed=int(seed), overrides={"market.fee_bps": int(fee)}, out=path)
    found = compare(*paths)
    assert found.frame["market.fee_bps"].to_list() == [0, 0, 20, 20]
    assert found.differences["seeds"].unique().to_list() == [2]
    with pytest.raises(BadInput, match="give each run once"):
        compare(paths[0], paths[0])


@pytest.mark.parametrize("engine", ["threads", "processes://here", "raymond"])
def test_an_engine_that_there_is_not_is_said(engine: str) -> None:
    with pytest.raises(BadInput, match=f"engine {engine}: give processes, ray, or ray://HOST:PORT"):
        sweep("quick", {"market.fee_bps": [0]}, engine=engine)

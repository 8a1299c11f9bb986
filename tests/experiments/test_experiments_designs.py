"""Points that are no grid: Latin hypercubes, files, and designs for indices of sensitivity."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import mesa
import polars as pl
import pytest
from cli_runner import called
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.experiments import latin_hypercube, read_points, sensitivity, sweep, sweep_model

QUICK = {"agents.count": 5}


class Slope(mesa.Model):
    """A model whose measure is known: 3 a + b + a b, and nothing of *c*."""

    def __init__(self, a: float, b: float = 0.0, c: float = 0.0, seed: Any = None) -> None:
        super().__init__(rng=seed)
        self.total = 3 * a + b + a * b
        self.running = False

    def step(self) -> None:
        pass


SPACE = {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": (0.0, 1.0)}
study = partial(sweep_model, Slope, measures={"total": "total"}, seeds=1, steps=1)


@given(count=st.integers(1, 40), seed=st.integers(0, 5))
def test_a_latin_hypercube_has_one_point_in_every_part_of_every_range(count: int, seed: int) -> None:
    points = latin_hypercube({"x": (0.0, 2.0), "y": (-1.0, 1.0)}, count, seed)
    for key, low in (("x", 0.0), ("y", -1.0)):
        parts = sorted(int((float(str(point[key])) - low) / 2 * count) for point in points)
        assert parts == list(range(count))
    assert points == latin_hypercube({"x": (0.0, 2.0), "y": (-1.0, 1.0)}, count, seed)


def test_ranges_of_whole_numbers_give_every_whole_number_its_share() -> None:
    points = latin_hypercube({"memory.recall": (3, 6)}, 8)
    assert sorted(int(str(point["memory.recall"])) for point in points) == [3, 3, 4, 4, 5, 5, 6, 6]


@pytest.mark.parametrize(
    ("ranges", "count", "message"),
    [({}, 3, "a design needs keys"), ({"x": (1.0, 1.0)}, 3, "x: its range must rise"), ({"x": (0.0, 1.0)}, 0, "at least one point")],
)
def test_designs_that_cannot_be_are_refused(ranges: dict[str, tuple[float, float]], count: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        latin_hypercube(ranges, count)


def test_a_sweep_takes_points_one_by_one() -> None:
    found = sweep("quick", [{"market.fee_bps": 0.0}, {"market.fee_bps": 9.0, "memory.recall": 3}], seeds=1, steps=10, overrides=QUICK)
    assert found.frame.select("market.fee_bps", "memory.recall").rows() == [(0.0, 12), (9.0, 3)]
    assert found.title == "quick: market.fee_bps, memory.recall"


@pytest.mark.parametrize("name", ["points.csv", "points.json"])
def test_points_are_read_from_files_and_empty_cells_leave_a_key_as_it_is(name: str, tmp_path: Path) -> None:
    text = {
        "points.csv": "market.fee_bps,memory.recall\n0.5,3\n2.5,\n",
        "points.json": '[{"market.fee_bps": 0.5, "memory.recall": 3}, {"market.fee_bps": 2.5}]',
    }
    (tmp_path / name).write_text(text[name])
    assert read_points(tmp_path / name) == [{"market.fee_bps": 0.5, "memory.recall": 3}, {"market.fee_bps": 2.5}]
    with pytest.raises(BadInput, match=r"points are read from .csv, .parquet and .json"):
        read_points("points.xlsx")


def test_the_command_sweeps_points_of_files_and_of_hypercubes(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("market.fee_bps\n0.0\n9.0\n")
    few = ("--seeds", 1, "--steps", 10, "--jobs", 1)
    done = called("sweep", "quick", "--points", "points.csv", *few, cwd=tmp_path)
    assert "market.fee_bps=9.0" in done.stdout, done.stderr
    done = called("sweep", "quick", "--range", "market.fee_bps=0.0,20.0", "--samples", 2, *few, cwd=tmp_path)
    assert "market.fee_bps=1" in done.stdout, done.stderr
    wrong = called("sweep", "quick", "--range", "market.fee_bps=0", cwd=tmp_path)
    assert "give key=lowest,highest" in wrong.stderr
    assert "give values with --set, or ranges with --range, or a file with --points" in called("sweep", "quick", cwd=tmp_path).stderr


def test_sobol_finds_the_shares_of_variance_of_a_model_that_is_known() -> None:
    frame = sensitivity(study, SPACE, "total", method="sobol", samples=256).frame
    total = dict(frame.select("setting", "total").rows())
    # Var(3a + b + ab) by hand: 3.5² and 1.5² over 12 of the main effects, 1/144 of both together.
    main, other, both = 3.5**2 / 12, 1.5**2 / 12, 1 / 144
    assert frame["setting"].to_list() == ["a", "b", "c"]
    assert total["a"] == pytest.approx((main + both) / (main + other + both), abs=0.03)
    assert total["b"] == pytest.approx((other + both) / (main + other + both), abs=0.03)
    assert total["c"] == pytest.approx(0, abs=1e-9)


def test_morris_finds_what_does_not_matter_and_what_is_not_linear() -> None:
    found = sensitivity(study, SPACE, "total", method="morris", samples=10)
    rows = {row["setting"]: row for row in found.frame.to_dicts()}
    assert 3 <= rows["a"]["mean_absolute"] <= 4
    assert rows["c"]["mean_absolute"] == 0
    assert rows["a"]["deviation"] > 0
    assert found.experiment.frame.height <= 10 * 4


def test_the_settings_of_a_scenario_are_ranked() -> None:
    of_quick = partial(sweep, "quick", seeds=1, steps=12, overrides=QUICK)
    frame = sensitivity(of_quick, {"market.fee_bps": (0.0, 50.0), "memory.recall": (1, 12)}, "fees", samples=2).frame
    assert frame["setting"][0] == "market.fee_bps"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "sobel"}, "did you mean 'sobol'"),
        ({"measure": "totl"}, "no measure 'totl'; did you mean 'total'"),
        ({"method": "sobol", "samples": 3}, "give a power of 2"),
    ],
)
def test_what_cannot_be_analysed_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        sensitivity(**{"study": study, "ranges": SPACE, "measure": "total", "samples": 2, **arguments})


def test_a_point_that_failed_is_named() -> None:
    def broken(a: float, seed: int) -> Slope:
        if a > 0.5:
            raise ValueError("too steep")
        return Slope(a)

    failing = partial(sweep_model, broken, measures={"total": "total"}, seeds=1, steps=1)
    with pytest.raises(BadInput, match="runs failed, so points have no value; the first, a=.*: ValueError: too steep"):
        sensitivity(failing, {"a": (0.0, 1.0)}, "total", samples=4)


def test_attached_memory_is_swept_with_any_keyword_of_its_model() -> None:
    from freeagentics import AgentMemory

    class Walker(mesa.Agent):
        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self.place = 0

    class Walk(mesa.Model):
        def __init__(self, memory: bool, length: int, seed: Any = None) -> None:
            super().__init__(rng=seed)
            Walker.create_agents(self, 3)
            self.length = length
            self.memory = AgentMemory.attach(self, state=["place"], enabled=memory)

        def step(self) -> None:
            for agent in self.agents:
                agent.place += self.random.randrange(self.length)
            self.memory.remember(self.agents, action="walk", outcome=1.0)

        @property
        def known(self) -> int:
            return len(self.memory.recall(self.agents[0], k=5))

    points: dict[str, list[object]] = {"memory": [False, True], "length": [2, 5]}
    found = sweep_model(Walk, points, {"known": "known"}, seeds=2, steps=4)
    assert dict(found.frame.group_by("memory").agg(pl.col("known").mean()).rows()) == {False: 0.0, True: 4.0}

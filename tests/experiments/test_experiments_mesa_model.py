"""Any Mesa model is run with and without a part of it, seed by seed, by the instrument that compares scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import pytest

from freeagentics.errors import BadInput
from freeagentics.experiments import ablate_model
from freeagentics.report.experiment import save_experiment_page


class Counter(mesa.Model):
    def __init__(self, memory: bool = True, luck: bool = True, seed: Any = None, bonus: int = 0) -> None:
        super().__init__(rng=seed)
        self.memory, self.luck, self.total = memory, luck, float(bonus)
        self.noise = self.random.random()

    def step(self) -> None:
        self.total += 2 * self.memory + self.noise
        self.running = self.total < 100
        if self.luck and self.noise > 0.96:
            raise ValueError("out of luck")


def test_pairs_share_their_seed_and_differ_by_the_part_alone() -> None:
    found = ablate_model(Counter, "memory", {"total": "total", "twice": lambda model: 2 * model.total}, seeds=4, steps=5)
    row = found.differences.filter(measure="total").row(0, named=True)
    assert (row["contrast"], row["of"], row["against"], row["seeds"]) == ("memory", "complete", "without memory", 4)
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((10, 10, 10))
    assert found.differences["measure"].to_list() == ["total", "twice"]
    assert found.frame.select("point", "memory", "seed").rows()[:2] == [("complete", True, 1), ("without memory", False, 1)]


def test_each_part_has_a_point_of_its_own_and_settings_are_those_of_all() -> None:
    found = ablate_model(Counter, ["memory", "luck"], {"total": "total"}, seeds=[7], steps=1, settings={"bonus": 50})
    assert found.frame["point"].to_list() == ["complete", "without memory", "without luck"]
    assert min(found.frame["total"].to_list()) >= 50


def test_a_run_that_fails_is_a_row_with_an_error() -> None:
    found = ablate_model(Counter, "luck", {"total": "total"}, seeds=range(1, 120), steps=2)
    assert set(found.errors["error"]) == {"ValueError: out of luck"}
    assert set(found.errors["point"]) == {"complete"}


def test_a_model_that_stops_running_is_stepped_no_further() -> None:
    found = ablate_model(Counter, "luck", {"total": "total"}, seeds=1, steps=1000, settings={"memory": True})
    assert max(found.frame["total"].to_list()) < 104


def test_the_page_shows_the_measures_of_the_model(tmp_path: Path) -> None:
    found = ablate_model(Counter, "memory", {"Total, at the end": "total"}, seeds=4, steps=5)
    page = save_experiment_page(found, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Counter: what is left out" in page
    assert page.count("Total, at the end") >= 3
    assert 'id="total-at-the-end"' in page


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(BadInput, match="give something to leave out"):
        ablate_model(Counter, "memory", {})
    with pytest.raises(BadInput, match="margin of 'totl': no such measure; did you mean 'total'"):
        ablate_model(Counter, "memory", {"total": "total"}, margins={"totl": 1.0})

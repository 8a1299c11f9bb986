"""The model on show: it decides as any, ends by itself, and is let go of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from page_models import models, scenario_file, shown, writers

from freeagentics.errors import BadScenario, RoleFailed
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel
from freeagentics.visualization.model_slot import ModelSlot
from freeagentics.visualization.page_model import PageModel


def test_a_model_on_show_takes_the_course_of_any_other() -> None:
    with shown("quick", steps=15) as page, MarketModel("quick") as model:
        for _ in range(15):
            model.step()
        charts = page.snapshot("").charts
        assert charts is not None
        assert model.metrics is not None
        assert charts.equity[-1].mean() == pytest.approx(model.metrics.equity)
        assert charts.basket[-1] == model.metrics.basket


def test_settings_of_the_page_replace_those_of_the_scenario() -> None:
    slot = ModelSlot()
    model = PageModel("quick", agents=15, seed=3, fee_bps=1.5, slot=slot)
    slot.close()
    assert model.shown == load_scenario("quick", {"agents.count": 15, "seed": 3, "market.fee_bps": 1.5})
    assert len(model.names) == 15


def test_it_ends_at_the_last_step_and_further_steps_do_nothing(tmp_path: Path) -> None:
    with shown(scenario_file(tmp_path, steps=3), steps=5) as model:
        assert (model.steps, model.running) == (3, False)
        scene = model.snapshot("")
        assert (scene.step, scene.over, scene.failure) == (3, True, None)


def test_a_step_that_fails_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    step = MarketModel.step

    def fail_at_the_third(model: MarketModel) -> None:
        if model.market.step == 2:
            raise RoleFailed("market-hunter-0003 at step 3: it went wrong")
        step(model)

    monkeypatch.setattr(MarketModel, "step", fail_at_the_third)
    with shown("quick", steps=4) as model:
        scene = model.snapshot("")
        assert (scene.step, scene.over, scene.failure) == (2, True, "market-hunter-0003 at step 3: it went wrong")


def test_a_model_in_the_slot_closes_the_one_before_and_frees_it() -> None:
    before, threads = models(), writers()
    slot = ModelSlot()
    kept = []
    for seed in range(3):
        kept.append(PageModel("quick", seed=seed, slot=slot))
        kept[-1].step()
        assert writers() == threads + 1
    # Solara keeps what it drew a page with; that must not keep the models.
    assert models() == before + 1
    slot.close()
    assert writers() == threads
    assert models() == before


def test_a_closed_model_still_shows_how_it_ended() -> None:
    with shown("quick", steps=4) as model:
        pass
    model.step()
    model.close()
    scene = model.snapshot("trade-executor-0001")
    assert (scene.step, scene.over) == (4, True)
    assert scene.charts is not None
    assert np.array_equal(scene.charts.step, [1, 2, 3, 4])


def test_a_scenario_that_cannot_be_run_leaves_the_stage_as_it_was() -> None:
    slot = ModelSlot()
    model = PageModel("quick", slot=slot)
    with pytest.raises(BadScenario, match="fewer than one desk's team"):
        PageModel("quick", agents=2, slot=slot)
    assert model.running
    slot.close()
    assert not model.running

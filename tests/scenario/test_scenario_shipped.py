"""The scenarios that ship: each runs, says what it shows, and every key that one may have is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from freeagentics.scenario import keys_markdown, load_scenario
from freeagentics.scenario.keys import scenario_keys
from freeagentics.scenario_catalog import scenario_folder, scenario_names
from freeagentics.simulation import MarketModel

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "regime-drift",
    "btc-15m",
    "btc-replay",
    "book",
    "bubble",
    "crash",
    "crowd",
    "echo",
    "flash-crash",
    "floor",
    "null-market",
    "quick",
    "regime-return",
    "short-squeeze",
    "stocks",
    "ten-pairs",
    "whale-pump",
}


def test_these_scenarios_ship() -> None:
    assert set(scenario_names()) == SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_scenario_says_what_to_look_at(name: str) -> None:
    text = (scenario_folder() / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "# What to look at:" in text
    assert load_scenario(name).title


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_scenario_runs(name: str) -> None:
    with MarketModel(load_scenario(name, {"steps": 12})) as model:
        for _ in range(12):
            model.step()
        assert model.metrics is not None
        assert model.metrics.equity > 0.9 * model.scenario.market.cash
        # There are bars enough for as many steps as the scenario asks for.
        assert load_scenario(name).steps <= 12 + model.market.remaining or model.scenario.market.kind != "replay"


def test_every_key_has_a_meaning() -> None:
    assert [key for key, _, _, meaning in scenario_keys() if not meaning] == []


def test_the_page_of_keys_is_as_the_models_have_them() -> None:
    page = (ROOT / "docs" / "scenario-keys.md").read_text(encoding="utf-8")
    assert page == keys_markdown(), "write it anew: freeagentics scenarios --keys > docs/scenario-keys.md"

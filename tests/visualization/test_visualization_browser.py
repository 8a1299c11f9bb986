"""The page in Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_browser import Visit, visited

from freeagentics.scenario import load_scenario
from freeagentics.scenario_catalog import scenario_names

SMALL = """
name = "small"
title = "Ten agents, eight steps"
steps = 8
[agents]
count = 10
[market]
kind = "synthetic"
"""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "small.toml").write_text(SMALL)
    with visited("small.toml", cwd=folder) as visit:
        yield visit


@pytest.fixture(autouse=True)
def quiet(visit: Visit) -> Iterator[None]:
    """Whatever a test does: no errors in the console, and nothing is asked of any other machine."""
    yield
    assert visit.errors == []
    assert visit.strangers == []


def test_the_page_loads_steps_looks_into_agents_and_resets(visit: Visit) -> None:
    visit.at_step(0)
    visit.press("Step")
    visit.at_step(1)
    visit.press("Step")
    visit.at_step(2)
    for chart in ("Price of", "Equity of 2 desks", "Exposure of desk 0"):
        visit.page.get_by_alt_text(chart).wait_for()
    visit.pick("trade-executor-0001")
    visit.wait_for("Desk 1 · regime probabilities")
    visit.wait_for("cost of trading")
    visit.page.get_by_alt_text("Exposure of desk 1").wait_for()
    visit.press("Reset")
    visit.at_step(0)
    visit.page.get_by_alt_text("Price of").wait_for(state="hidden")


def test_a_page_left_playing_stops_at_the_last_step_and_says_so(visit: Visit) -> None:
    visit.press("Reset")
    visit.at_step(0)
    visit.press("▶")
    visit.wait_for("All 8 steps are done. Reset begins again.")
    visit.at_step(8)
    visit.press("Reset")
    visit.at_step(0)


def test_a_reset_while_it_plays_begins_again(visit: Visit) -> None:
    visit.press("Reset")
    visit.at_step(0)
    visit.press("▶")
    visit.beyond_step(0)
    visit.press("Reset")
    visit.page.get_by_role("button", name="▶").wait_for()
    # Mesa may have been about to step when Reset came, and then steps the new model; a Reset that finds it at rest begins at 0.
    visit.press("Reset")
    visit.at_step(0)
    assert visit.page.get_by_text("error in step").count() == 0


def test_thirty_resets_of_a_chosen_scenario_leave_no_thread_behind(visit: Visit) -> None:
    visit.choose("quick")
    visit.wait_for(" of 300 · ")
    visit.press("Reset")
    visit.press("Step")
    visit.at_step(1)
    before = visit.server.threads()
    for _ in range(30):
        visit.press("Reset")
    visit.at_step(0)
    visit.press("Step")
    visit.at_step(1)
    # The server may have taken a thread more for what was asked of it; a model left behind is a thread each.
    assert visit.server.threads() < before + 5


@pytest.mark.parametrize("name", scenario_names())
def test_a_chosen_scenario_is_shown_with_its_own_values_and_begun_again_by_reset(name: str, visit: Visit) -> None:
    scenario = load_scenario(name)
    setting = [
        scenario.title,
        f"{scenario.agents.count:,} agents on {scenario.agents.desks:,} desks",
        f"seed {scenario.seed}",
        f"fee {scenario.market.fee_bps:g} bp",
    ]
    visit.choose(name)
    visit.wait_for(f"step 0 of {scenario.steps:,} · press ▶ or Step · {' · '.join(setting[1:])}")
    visit.press("Reset")
    visit.press("Step")
    visit.at_step(1)
    assert visit.setting() == setting


def test_another_scenario_chosen_while_one_plays_waits_to_be_played(visit: Visit) -> None:
    visit.choose("small.toml")
    visit.wait_for("step 0 of 8")
    visit.press("▶")
    visit.beyond_step(0)
    visit.choose("quick")
    visit.wait_for("step 0 of 300")
    visit.press("Step")
    visit.at_step(1)
    visit.press("▶")
    visit.beyond_step(2)
    visit.press("Reset")
    visit.wait_for("20 agents on 4 desks")

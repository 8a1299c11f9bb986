"""The page in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import launched
from page_browser import Server, Visit, served
from playwright.sync_api import Browser, expect

from freeagentics.runs import run
from freeagentics.scenario import load_scenario
from freeagentics.scenario_catalog import scenario_names

STEPS = 60
RECORDED = "?run=runs/quick-seed7-20260101-000000"
AGENT = "trade-executor-0001"
TABS = ("Market", "Agents", "Signals", "Memory", "Compare", "Resources")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    given = {"patterns": [{"conditions": {"price.zscore_min": 1}}]}
    run("quick", steps=STEPS, overrides=given, out=folder / "runs" / "quick-seed7-20260101-000000")
    with served("quick", cwd=folder) as server:
        yield server


@pytest.fixture
def visit(server: Server, chromium: Browser) -> Iterator[Visit]:
    """A new tab. Whatever a test does there: no errors in the console, no failed request, and nothing is asked of any other machine."""
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    visit = Visit(page, server, RECORDED)
    yield visit
    visit.leave()
    assert visit.errors == []
    assert visit.strangers == []


@pytest.fixture(scope="module")
def tab(server: Server, chromium: Browser) -> Iterator[Visit]:
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    yield Visit(page, server)
    page.close()


@pytest.fixture
def recorded(tab: Visit) -> Iterator[Visit]:
    """One tab for all tests that only look at the run that was there: another takes seconds to open. It stands at the end."""
    tab.show("Market")
    tab.press("Last step")
    tab.at_step(STEPS, STEPS)
    yield tab
    assert tab.errors == []
    assert tab.strangers == []


def test_the_last_run_of_the_scenario_is_open_at_its_end(recorded: Visit) -> None:
    assert "20 agents on 4 desks · seed 7" in recorded.status()
    assert "finished" in recorded.status()
    for chart in ("Price and fills", "Signals by kind", "Equity of a desk, USD", "Exposure against limits"):
        recorded.page.get_by_role("heading", name=chart).wait_for()
    assert recorded.page.locator(".uplot canvas").count() == 4
    recorded.page.locator(".tile", has_text="Equity a desk").get_by_text("USD").wait_for()


def test_it_is_scrubbed_by_slider_by_keys_and_by_a_click_into_a_chart(recorded: Visit) -> None:
    recorded.page.get_by_label("Step", exact=True).fill("20")
    recorded.at_step(20, STEPS)
    recorded.page.locator("main").focus()
    recorded.page.keyboard.press("ArrowRight")
    recorded.at_step(21, STEPS)
    recorded.page.keyboard.press("ArrowLeft")
    recorded.page.keyboard.press("ArrowLeft")
    recorded.at_step(19, STEPS)
    recorded.page.locator(".u-over").first.click(position={"x": 600, "y": 12})
    recorded.wait_until("!document.querySelector('.where strong').textContent.startsWith('step 19 ')")
    recorded.page.locator("main").focus()
    recorded.page.keyboard.press("Home")
    recorded.at_step(1, STEPS)
    recorded.page.keyboard.press("Space")
    recorded.wait_until("!document.querySelector('.where strong').textContent.startsWith('step 1 ')")
    recorded.page.keyboard.press("Space")
    recorded.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_a_reload_keeps_run_step_agent_and_tab(recorded: Visit) -> None:
    recorded.show("Agents")
    recorded.row("Agents", AGENT).click()
    recorded.page.locator("h3", has_text=AGENT).wait_for()
    recorded.page.get_by_label("Step", exact=True).fill("40")
    recorded.at_step(40, STEPS)
    kept = recorded.query()
    assert (kept["step"], kept["agent"], kept["tab"]) == ("40", AGENT, "agents")
    recorded.page.reload()
    recorded.at_step(40, STEPS)
    recorded.page.locator("h3", has_text=AGENT).wait_for()
    assert recorded.query() == kept


def test_rows_stand_still_while_answers_arrive(recorded: Visit) -> None:
    recorded.show("Agents")
    row = recorded.row("Agents", AGENT)
    top = "row => row.getBoundingClientRect().top"
    place = row.evaluate(top)
    row.click()
    recorded.page.locator(".why").get_by_text("What came of it").wait_for()
    assert place > 0
    assert row.evaluate(top) == place


def test_a_row_that_changes_between_a_press_and_its_release_is_picked_all_the_same(recorded: Visit) -> None:
    recorded.show("Agents")
    recorded.page.get_by_label("Step", exact=True).fill("40")
    row = recorded.row("Agents", "risk-manager-0001")
    row.get_by_role("cell").nth(4).hover()
    table = recorded.page.get_by_role("table", name="Agents")
    before = table.inner_text()
    recorded.page.mouse.down()
    recorded.page.get_by_label("Step", exact=True).fill("55")
    expect(table).not_to_have_text(before, use_inner_text=True)
    recorded.page.mouse.up()
    recorded.page.locator("h3", has_text="risk-manager-0001").wait_for()


def test_a_fill_is_explained_when_it_is_clicked(recorded: Visit) -> None:
    recorded.page.get_by_label("Filter fills").fill("bought")
    recorded.row("Fills", "explain").click()
    recorded.page.get_by_text("Ordered", exact=False).first.wait_for()
    said = recorded.page.locator(".why").inner_text()
    assert "decided" in said
    assert "filled" in said
    assert "Had it not heard" in said
    assert recorded.page.get_by_role("img", name="Belief over drift and volatility; most likely").is_visible()
    recorded.page.locator(".chain .here").wait_for()


def test_agents_are_sorted_and_filtered(recorded: Visit) -> None:
    recorded.show("Agents")
    first = recorded.page.get_by_role("table", name="Agents").locator("tbody tr").first
    first.get_by_text("market-hunter-0000").wait_for()
    recorded.page.locator("thead button", has_text="Agent").click()
    first.get_by_text("trade-executor-0003").wait_for()
    recorded.page.get_by_label("Filter agents").fill("risk-manager-0002")
    first.get_by_text("risk-manager-0002").wait_for()
    assert recorded.page.get_by_role("table", name="Agents").locator("tbody tr").count() == 1


def test_signals_memory_and_resources_are_shown(recorded: Visit) -> None:
    recorded.show("Signals")
    recorded.page.get_by_role("img", name="Signals told: ").wait_for()
    recorded.page.get_by_label("Filter signals").fill("target")
    recorded.page.get_by_text("target weight").first.wait_for()
    recorded.show("Memory")
    recorded.page.get_by_role("img", name="Age of recalled memories").wait_for()
    recorded.page.get_by_role("img", name="Kept by age: ").wait_for()
    given = recorded.page.get_by_role("row", name="price.zscore >= 1")
    given.get_by_text("of 4").wait_for()
    recorded.page.get_by_text("in this market").wait_for()
    recorded.show("Resources")
    recorded.wait_for("RAM of an agent")
    recorded.wait_for("Decisions")


def test_a_chart_is_exported(recorded: Visit) -> None:
    with recorded.page.expect_download() as table:
        recorded.press("Price and fills as CSV")
    assert Path(table.value.path()).read_text().splitlines()[0] == 'step,time,"close, USD"'
    with recorded.page.expect_download() as picture:
        recorded.press("Price and fills as PNG")
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_fork_with_a_changed_key_is_compared_with_its_parent(visit: Visit) -> None:
    visit.at_step(STEPS, STEPS)
    visit.page.get_by_label("Step", exact=True).fill("30")
    visit.at_step(30, STEPS)
    visit.press("Fork from here…")
    dialog = visit.page.get_by_role("dialog", name="Fork from here")
    dialog.get_by_label("Key").fill("no.such.key")
    dialog.get_by_role("button", name="Fork and play").click()
    dialog.get_by_text("unknown key 'no'").wait_for()
    dialog.get_by_label("Key").fill("market.fee_bps")
    dialog.get_by_label("Value").fill("90")
    dialog.get_by_role("button", name="Fork and play").click()
    visit.wait_for_status("forked after step 30")
    visit.wait_for_status("fee 90 bp")
    visit.wait_for_status("finished")
    visit.show("Compare")
    visit.page.get_by_text("They are the same, bit for bit").wait_for()
    visit.page.get_by_role("row", name="market.fee_bps").get_by_text("90.0").wait_for()


def test_a_scenario_is_played_live_paused_stepped_and_reset(visit: Visit) -> None:
    visit.at_step(STEPS, STEPS)
    visit.press("Play live…")
    dialog = visit.page.get_by_role("dialog", name="Play live")
    dialog.get_by_label("Scenario", exact=True).select_option("crowd")
    dialog.get_by_role("button", name="Play", exact=True).click()
    crowd = load_scenario("crowd")
    visit.wait_for_status(f"{crowd.agents.count:,} agents on")
    visit.wait_until("Number(document.querySelector('.where strong').textContent.split(' ')[1]) >= 20")
    visit.press("Pause")
    visit.wait_for_status("live, paused")
    before = visit.step()
    visit.press("Step forward")
    visit.wait_until(f"Number(document.querySelector('.where strong').textContent.split(' ')[1]) > {before}")
    visit.press("Reset")
    visit.at_step(1, crowd.steps)
    assert f"{crowd.agents.count:,} agents on {crowd.agents.desks:,} desks · seed {crowd.seed}" in visit.status()


def test_reset_keeps_each_scenario_with_its_settings(visit: Visit) -> None:
    for name in scenario_names():
        scenario = load_scenario(name)
        visit.press("Play live…")
        dialog = visit.page.get_by_role("dialog", name="Play live")
        dialog.get_by_label("Scenario", exact=True).select_option(name)
        dialog.get_by_label("Agents, number").fill("10")
        assert not dialog.get_by_label("With the scenario's own settings").is_checked()
        dialog.get_by_role("button", name="Play", exact=True).click()
        visit.wait_for_status(scenario.title)
        visit.press("Reset")
        visit.at_step(1, scenario.steps)
        assert visit.status().startswith(scenario.title)
        there = sum(load_scenario(name, {"agents.count": 10}).present().values())
        assert f"{there} agents on 2 desks" in visit.status()


def test_a_change_that_waits_for_reset_is_said(visit: Visit) -> None:
    visit.at_step(STEPS, STEPS)
    visit.press("Play live…")
    dialog = visit.page.get_by_role("dialog", name="Play live")
    dialog.get_by_label("Seed, number").fill("9")
    assert dialog.get_by_label("Seed", exact=True).input_value() == "9"
    dialog.get_by_role("button", name="Cancel").click()
    visit.wait_for_status("seed 9 waits for Reset")
    visit.press("Reset")
    visit.wait_for_status("seed 9 · ")
    assert "waits" not in visit.status()


def test_two_visitors_have_runs_of_their_own_and_a_reload_finds_a_live_one_again(visit: Visit, server: Server, chromium: Browser) -> None:
    visit.press("Reset")
    visit.at_step(1, STEPS)
    other = chromium.new_page()
    try:
        second = Visit(other, server, f"{RECORDED}&step=5")
        second.at_step(5, STEPS)
        visit.press("Step forward")
        visit.at_step(2, STEPS)
        second.at_step(5, STEPS)
    finally:
        other.close()
    visit.page.reload()
    visit.at_step(2, STEPS)
    visit.wait_for_status("stopped; play goes on with it")
    visit.press("Step forward")
    visit.at_step(3, STEPS)


def test_resets_and_visits_leave_no_thread_file_or_memory_behind(server: Server, chromium: Browser) -> None:
    def come_and_go(visits: int) -> None:
        for _ in range(visits):
            visit = Visit(chromium.new_page(), server, RECORDED)
            visit.press("Reset")
            visit.at_step(1, STEPS)
            visit.leave()

    def settled(threads: int, files: int) -> bool:
        # The server closes a page that was left a moment later.
        waiting = chromium.new_page()
        for _ in range(60):
            if server.threads() <= threads and server.files() <= files:
                break
            waiting.wait_for_timeout(250)
        waiting.close()
        return server.threads() <= threads and server.files() <= files

    come_and_go(2)
    waiting = chromium.new_page()
    waiting.wait_for_timeout(2000)
    waiting.close()
    threads, files, resident = server.threads(), server.files(), server.resident_mb()
    come_and_go(5)
    # A few threads may be the server's own; five visits and as many resets left behind would be twice as many, with three files each.
    assert settled(threads + 4, files)
    # The allocator's own keeps growing for the first dozen visits, by 2 to 4 MB each; one that is kept, with its run, takes 14.
    assert server.resident_mb() < resident + 40


def test_the_tab_that_is_shown_stays_in_sight_where_a_window_becomes_narrow(server: Server, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 400, "height": 800})
    Visit(page, server, f"{RECORDED}&tab=resources").at_step(STEPS, STEPS)
    tab = page.get_by_role("tab", name="Resources")
    expect(tab).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1400, "height": 800})
    page.set_viewport_size({"width": 400, "height": 800})
    expect(tab).to_be_in_viewport(ratio=1)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_is_accessible_and_fits(scheme: str, server: Server, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 800, "height": 1200}, color_scheme=scheme)  # type: ignore[arg-type]
    visit = Visit(page, server, f"{RECORDED}&step=40&agent={AGENT}")
    visit.at_step(40, STEPS)
    for tab in TABS:
        visit.show(tab)
        page.wait_for_timeout(300)
        found = Axe().run(page, context=".observatory")
        assert found.violations_count == 0, found.generate_report()
        for width in (1400, 800, 400):
            page.set_viewport_size({"width": width, "height": 1200})
            assert page.evaluate("document.querySelector('.observatory').scrollWidth") <= width, (tab, width)
    page.close()
    assert visit.errors == []

"""The report in a real browser: charts answer to the pointer, nothing is asked of anyone, and without scripts all of it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import launched
from playwright.sync_api import Browser, Page
from report_worlds import watchful

from freeagentics.report import save_report

SIZES = ((1400, 900), (800, 1200), (400, 800))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_report(watchful(tmp_path_factory.mktemp("browser"))).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def opened(browser: Browser, address: str, *, width: int = 1400, height: int = 900, scripts: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    return page


def test_charts_are_drawn_without_a_complaint_and_ask_nothing_of_anyone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    for chart in page.locator(".chart:has(.chart-data)").all():
        chart.scroll_into_view_if_needed()
        chart.locator("canvas").wait_for()
        assert not chart.locator("> svg").is_visible()
    assert page.locator(".live").count() >= 6
    assert said == []
    assert asked == [address]


def test_a_pointer_reads_values_and_dragging_zooms(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    chart = page.locator("#result .chart").first
    over = chart.locator(".u-over")
    over.wait_for()
    legend = chart.locator(".u-legend .u-series").nth(1).locator(".u-value")
    assert "%" not in legend.inner_text()
    box = over.bounding_box()
    assert box is not None
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    page.mouse.move(x + width / 2, y)
    page.wait_for_function("element => element.textContent.includes('%')", arg=legend.element_handle())
    page.mouse.move(x + width * 0.9, y)
    last = chart.locator(".u-legend .u-value").first.inner_text()
    page.mouse.move(x + width * 0.2, y)
    page.mouse.down()
    page.mouse.move(x + width * 0.4, y, steps=4)
    page.mouse.up()
    page.mouse.move(x + width * 0.9, y)
    assert chart.locator(".u-legend .u-value").first.inner_text() < last


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_nothing_is_wider_than_the_window(size: tuple[int, int], scripts: bool, browser: Browser, address: str) -> None:
    page = opened(browser, address, width=size[0], height=size[1], scripts=scripts)
    # A chart comes to life when it is in sight, which takes a moment.
    page.locator("#result .chart canvas" if scripts else "#result .chart svg").first.wait_for()
    assert page.locator("#result .chart svg").first.is_visible() is not scripts
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

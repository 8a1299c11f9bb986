"""The page stands by itself, can be read by everyone, and holds whatever the run was."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from report_worlds import made, ten

from freeagentics.records import RunRecord
from freeagentics.report import save_report
from freeagentics.report.page.document import style
from freeagentics.report.tables import TABLES

VOID = {"meta"}


@pytest.fixture(scope="module", params=[made, ten], ids=["one asset", "ten assets"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    record: RunRecord = request.param(tmp_path_factory.mktemp("page"))
    return save_report(record).read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Tags with their attributes; fails where they are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def svgs(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def without_scripts(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_the_page_needs_nothing_from_outside_but_links_the_tables_beside_it(page: str) -> None:
    outline = Outline(page)
    assert not re.search(r"https?:|//[a-z]|@import|<link|<iframe|<img|url\((?!#)", without_scripts(page))
    assert not [attributes for _, attributes in outline.tags if "src" in attributes]
    links = {str(attributes["href"]) for _, attributes in outline.tags if "href" in attributes}
    assert {link for link in links if not link.startswith("#")} == {f"tables/{name}.csv" for name in TABLES}


def test_charts_over_time_hand_the_script_what_they_show(page: str) -> None:
    told = [json.loads(text) for text in re.findall(r'class="chart-data">(.*?)</script>', page, re.DOTALL)]
    assert [chart["title"] for chart in told][:2] == ["Return so far, net of all costs", "Drawdown"]
    for chart in told:
        series = [line["values"] for line in chart["lines"]] + [band[side] for band in chart["bands"] for side in ("low", "high")]
        assert {len(values) for values in series} == {len(chart["time"])}
        assert all(before < after for before, after in pairwise(chart["time"]))


def test_every_anchor_leads_somewhere_and_no_id_comes_twice(page: str) -> None:
    outline = Outline(page)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = {link[1:] for _, attributes in outline.tags if (link := str(attributes.get("href"))).startswith("#")}
    used |= set(re.findall(r"url\(#([^)]+)\)", page)) | {str(a["aria-labelledby"]) for _, a in outline.tags if "aria-labelledby" in a}
    assert used <= set(ids)


def test_charts_are_valid_and_say_in_words_what_they_show(page: str) -> None:
    charts = svgs(page)
    assert len(charts) >= 7
    for chart in charts:
        assert chart.get("role") == "img"
        assert len(chart.get("aria-label", "").split()) > 5
        assert chart.get("viewBox")
    assert len({chart.get("aria-label") for chart in charts}) == len(charts)


def test_charts_take_all_their_colours_from_the_page(page: str) -> None:
    defined = set(re.findall(r"(--[a-z]+):", style()))
    for chart in svgs(page):
        styles = " ".join(element.get("style", "") for element in chart.iter())
        assert not re.search(r"#[0-9a-f]{6}", styles)
        assert set(re.findall(r"var\((--[a-z]+)\)", styles)) <= defined


def test_text_in_charts_is_text_in_the_font_of_the_page(page: str) -> None:
    assert all(chart.findall(".//text") for chart in svgs(page))
    assert "font-family" not in " ".join(element.get("style", "") for chart in svgs(page) for element in chart.iter())


def test_headings_are_in_order_and_sections_are_in_the_contents(page: str) -> None:
    outline = Outline(page)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    sections = [attributes["id"] for attributes in outline.all("section")]
    anchors = [attributes["href"] for attributes in outline.all("a") if str(attributes["href"]).startswith("#")]
    assert [f"#{name}" for name in sections] == anchors[1:]
    assert outline.all("a")[0] == {"class": "skip", "href": "#report"}


def test_tables_have_captions_and_their_heads_a_scope(page: str) -> None:
    outline = Outline(page)
    assert len(outline.all("table")) == len(outline.all("caption")) > 3
    assert {attributes.get("scope") for attributes in outline.all("th")} == {"col", "row"}


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(page: str) -> None:
    scrolling = [attributes for attributes in Outline(page).all("div") if attributes.get("class") in ("scroll", "chart")]
    assert scrolling and all(attributes.get("tabindex") == "0" and attributes.get("aria-label") for attributes in scrolling)


def test_the_page_says_in_which_language_it_is(page: str) -> None:
    assert Outline(page).all("html") == [{"lang": "en"}]


def test_the_page_is_small(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_the_same_run_gives_the_same_page_and_a_title_cannot_become_markup(tmp_path: Path) -> None:
    record = made(tmp_path, steps=5, title='<script>alert("&")</script>')
    first = save_report(record).read_text(encoding="utf-8")
    assert save_report(record, tmp_path / "again.html").read_text(encoding="utf-8") == first
    assert (tmp_path / "tables" / "desks.csv").is_file()
    assert '<script>alert("&")' not in first
    assert "&lt;script&gt;" in first


def test_settings_of_a_notebook_change_no_chart(tmp_path: Path) -> None:
    record = made(tmp_path, steps=5)
    first = save_report(record).read_text(encoding="utf-8")
    with matplotlib.rc_context({"font.size": 20, "axes.edgecolor": "#123456", "grid.color": "#123456", "lines.linewidth": 9}):
        assert save_report(record).read_text(encoding="utf-8") == first


@pytest.mark.parametrize("mode", ["light", "dark", "print"])
def test_inks_stand_out_from_the_paper(mode: str) -> None:
    """By 4.5 to 1, as the Web Content Accessibility Guidelines (2.2, level AA) want it of text: colours name lines, so all of them are."""
    colours = _colours(mode)
    for colour in ("text", "muted", "blue", "orange", "green", "purple", "red"):
        assert _contrast(colours[colour], colours["paper"]) >= 4.5, colour
    for colour in ("text", "muted", "blue"):
        assert _contrast(colours[colour], colours["panel"]) >= 4.5, colour


def _colours(mode: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", style(), re.DOTALL)
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", blocks[("light", "dark", "print").index(mode)]))


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
